## SPDX-License-Identifier: GPL-3.0-or-later

function disp (a)
  printf ("<traced quantity, %d x %d>\n", a.rows, a.cols);
endfunction
