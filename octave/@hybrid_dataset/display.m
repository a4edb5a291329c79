## SPDX-License-Identifier: GPL-3.0-or-later

function display (d)
  printf ("%s = ", inputname (1));
  disp (d);
endfunction
