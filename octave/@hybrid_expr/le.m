## SPDX-License-Identifier: GPL-3.0-or-later

function r = le (a, b)
  r = binary ("le", a, b);
endfunction
