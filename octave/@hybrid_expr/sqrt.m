## SPDX-License-Identifier: GPL-3.0-or-later

function r = sqrt (a)
  r = unary ("sqrt", a);
endfunction
