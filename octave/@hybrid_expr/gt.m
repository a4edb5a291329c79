## SPDX-License-Identifier: GPL-3.0-or-later

function r = gt (a, b)
  r = binary ("gt", a, b);
endfunction
