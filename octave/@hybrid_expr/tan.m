## SPDX-License-Identifier: GPL-3.0-or-later

function r = tan (a)
  r = unary ("tan", a);
endfunction
