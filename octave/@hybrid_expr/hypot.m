## SPDX-License-Identifier: GPL-3.0-or-later

function r = hypot (a, b)
  r = sqrt (a .^ 2 + b .^ 2);
endfunction
