## SPDX-License-Identifier: GPL-3.0-or-later

function r = mtimes (a, b)
  if (numel (a) == 1 || numel (b) == 1)
    r = a .* b;
    return;
  endif
  a = lift (a);
  b = lift (b);
  if (a.cols != b.rows)
    refuse ("shape", sprintf ("a %d x %d matrix times a %d x %d one", a.rows, a.cols, b.rows, b.cols), "write .* for elementwise products");
  endif
  r = node ("matmul", a.rows, b.cols, [a.id, b.id], []);
endfunction
