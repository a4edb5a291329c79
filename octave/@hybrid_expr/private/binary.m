## SPDX-License-Identifier: GPL-3.0-or-later

## Elementwise, with the broadcasting of Octave. The tape itself broadcasts scalars only.

function r = binary (op, a, b)
  a = lift (a);
  b = lift (b);
  m = max (a.rows, b.rows);
  n = max (a.cols, b.cols);
  left = spread (a, m, n, b);
  right = spread (b, m, n, a);
  r = paged (node (op, m, n, [left.id, right.id], []), max (a.pages, b.pages));
endfunction
