## SPDX-License-Identifier: GPL-3.0-or-later

function r = sign (a)
  r = unary ("sign", a);
endfunction
