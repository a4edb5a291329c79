## SPDX-License-Identifier: GPL-3.0-or-later

function n = length (a)
  n = max (a.rows, a.cols);
endfunction
