## SPDX-License-Identifier: GPL-3.0-or-later

function r = iscolumn (a)
  r = a.cols == 1;
endfunction
