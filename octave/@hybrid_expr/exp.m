## SPDX-License-Identifier: GPL-3.0-or-later

function r = exp (a)
  r = unary ("exp", a);
endfunction
