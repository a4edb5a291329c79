## SPDX-License-Identifier: GPL-3.0-or-later

function r = tanh (a)
  r = unary ("tanh", a);
endfunction
