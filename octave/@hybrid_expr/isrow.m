## SPDX-License-Identifier: GPL-3.0-or-later

function r = isrow (a)
  r = a.rows == 1;
endfunction
