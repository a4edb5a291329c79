## SPDX-License-Identifier: GPL-3.0-or-later

function r = subsref (a, s)
  if (! all (strcmp ({s.type}, "()")))
    refuse ("index", "field or cell access into a traced quantity", "index it with (), as a matrix");
  endif
  if (any (cellfun (@(i) isa (i, "hybrid_expr"), s(1).subs)))
    refuse ("index", "an index that depends on a traced quantity", "indices must be constants; use hybrid_ifelse to choose between values");
  endif
  k = reshape (1:a.rows * a.cols, size (a));
  try
    k = k(s(1).subs{:});
  catch e
    refuse ("index", ["an index out of range (" e.message ")"], sprintf ("the quantity is %s", shape_text (a)));
  end_try_catch
  r = gather (a, k, rows (k), columns (k) * size (k, 3), size (k, 3));
  if (numel (s) > 1)  # x.M(:,2)(1)
    r = subsref (r, s(2:end));
  endif
endfunction
