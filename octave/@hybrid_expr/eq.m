## SPDX-License-Identifier: GPL-3.0-or-later

function r = eq (a, b)
  r = binary ("eq", a, b);
endfunction
