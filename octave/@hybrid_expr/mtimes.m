## SPDX-License-Identifier: GPL-3.0-or-later

function r = mtimes (a, b)
  if (numel (a) == 1 || numel (b) == 1)
    r = a .* b;
    return;
  endif
  a = lift (a);
  b = lift (b);
  if (a.cols != b.rows || a.pages > 1 || b.pages > 1)
    refuse ("shape", sprintf ("a %s matrix times a %s one", shape_text (a), shape_text (b)), "write .* for elementwise products");
  endif
  r = node ("matmul", a.rows, b.cols, [a.id, b.id], []);
endfunction
