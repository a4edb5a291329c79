## SPDX-License-Identifier: GPL-3.0-or-later

function r = transpose (a)
  k = reshape (1:a.rows * a.cols, a.rows, a.cols).';
  r = gather (a, k, a.cols, a.rows);
endfunction
