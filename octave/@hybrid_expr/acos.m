## SPDX-License-Identifier: GPL-3.0-or-later

function r = acos (a)
  r = unary ("acos", a);
endfunction
