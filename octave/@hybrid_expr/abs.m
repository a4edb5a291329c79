## SPDX-License-Identifier: GPL-3.0-or-later

function r = abs (a)
  r = unary ("abs", a);
endfunction
