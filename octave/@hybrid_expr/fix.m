## SPDX-License-Identifier: GPL-3.0-or-later

function r = fix (a)
  r = sign (a) .* floor (abs (a));
endfunction
