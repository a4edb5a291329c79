## SPDX-License-Identifier: GPL-3.0-or-later

function r = ne (a, b)
  r = binary ("ne", a, b);
endfunction
