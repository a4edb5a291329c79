## SPDX-License-Identifier: GPL-3.0-or-later

function r = mod (a, b)
  r = a - b .* floor (a ./ b);
endfunction
