## SPDX-License-Identifier: GPL-3.0-or-later

function r = sinh (a)
  r = unary ("sinh", a);
endfunction
