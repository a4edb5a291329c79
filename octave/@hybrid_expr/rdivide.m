## SPDX-License-Identifier: GPL-3.0-or-later

function r = rdivide (a, b)
  r = binary ("div", a, b);
endfunction
