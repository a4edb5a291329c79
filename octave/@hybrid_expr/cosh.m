## SPDX-License-Identifier: GPL-3.0-or-later

function r = cosh (a)
  r = unary ("cosh", a);
endfunction
