## SPDX-License-Identifier: GPL-3.0-or-later

function r = sin (a)
  r = unary ("sin", a);
endfunction
