## SPDX-License-Identifier: GPL-3.0-or-later

## Repeat a row or column to m x n.

function e = spread (e, m, n, other)
  if (e.rows * e.cols == 1 || (e.rows == m && e.cols == n && e.pages == max (e.pages, other.pages)))
    return;
  endif
  if (e.pages > 1 || other.pages > 1)
    refuse ("shape", sprintf ("a %s quantity with a %s one", shape_text (e), shape_text (other)), "stacks of fields go with stacks of the same shape, or numbers");
  endif
  if ((e.rows != m && e.rows != 1) || (e.cols != n && e.cols != 1))
    refuse ("shape", sprintf ("a %d x %d quantity with a %d x %d one", e.rows, e.cols, other.rows, other.cols), "make the shapes fit");
  endif
  k = reshape (1:e.rows * e.cols, e.rows, e.cols);
  k = repmat (k, m / e.rows, n / e.cols);
  e = gather (e, k, m, n);
endfunction
