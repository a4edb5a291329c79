## SPDX-License-Identifier: GPL-3.0-or-later

function r = end (a, k, n)
  if (n == 1)
    r = a.rows * a.cols;
  elseif (k == 1)
    r = a.rows;
  else
    r = (k == 2) * a.cols + (k > 2);
  endif
endfunction
