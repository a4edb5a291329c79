## SPDX-License-Identifier: GPL-3.0-or-later

function r = cos (a)
  r = unary ("cos", a);
endfunction
