## SPDX-License-Identifier: GPL-3.0-or-later

function r = isvector (a)
  r = a.rows == 1 || a.cols == 1;
endfunction
