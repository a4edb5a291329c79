## SPDX-License-Identifier: GPL-3.0-or-later

function r = floor (a)
  r = unary ("floor", a);
endfunction
