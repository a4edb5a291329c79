## SPDX-License-Identifier: GPL-3.0-or-later

function r = minus (a, b)
  r = binary ("sub", a, b);
endfunction
