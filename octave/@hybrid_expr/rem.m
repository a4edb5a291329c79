## SPDX-License-Identifier: GPL-3.0-or-later

function r = rem (a, b)
  r = a - b .* fix (a ./ b);
endfunction
