## SPDX-License-Identifier: GPL-3.0-or-later

function r = uminus (a)
  r = unary ("neg", a);
endfunction
