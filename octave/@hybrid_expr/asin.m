## SPDX-License-Identifier: GPL-3.0-or-later

function r = asin (a)
  r = unary ("asin", a);
endfunction
