## SPDX-License-Identifier: GPL-3.0-or-later

function disp (a)
  printf ("<traced quantity, %s>\n", shape_text (a));
endfunction
