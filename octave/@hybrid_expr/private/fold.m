## SPDX-License-Identifier: GPL-3.0-or-later

## f over the rows of a (dim 1) or its columns (dim 2).

function r = fold (f, a, dim)
  if (dim == 2)
    a = transpose (a);
  endif
  k = reshape (1:a.rows * a.cols, a.rows, a.cols);
  r = gather (a, k(1,:), 1, a.cols);
  for i = 2:a.rows
    r = f (r, gather (a, k(i,:), 1, a.cols));
  endfor
  if (dim == 2)
    r = transpose (r);
  endif
endfunction
