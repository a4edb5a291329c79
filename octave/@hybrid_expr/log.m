## SPDX-License-Identifier: GPL-3.0-or-later

function r = log (a)
  r = unary ("log", a);
endfunction
