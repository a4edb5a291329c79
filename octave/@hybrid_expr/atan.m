## SPDX-License-Identifier: GPL-3.0-or-later

function r = atan (a)
  r = unary ("atan", a);
endfunction
