## SPDX-License-Identifier: GPL-3.0-or-later

function r = plus (a, b)
  r = binary ("add", a, b);
endfunction
