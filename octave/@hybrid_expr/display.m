## SPDX-License-Identifier: GPL-3.0-or-later

function display (a)
  printf ("%s = <traced quantity, %d x %d>\n", inputname (1), a.rows, a.cols);
endfunction
