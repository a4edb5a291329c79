## SPDX-License-Identifier: GPL-3.0-or-later

## A traced quantity is a value: the result takes some elements from a and some from b.

function r = subsasgn (a, s, b)
  if (numel (s) != 1 || ! strcmp (s.type, "()") || any (cellfun (@(i) isa (i, "hybrid_expr"), s.subs)))
    refuse ("assign", "an assignment into a traced quantity with a traced index or a field", "build the value with [a; b]");
  endif
  if (! isa (a, "hybrid_expr") && isempty (a))  # dx(1) = ... where there was no dx
    refuse ("assign", "an assignment into an array of numbers, as dx(1) = ...,", "build the value with [a; b]");
  elseif (! isa (b, "hybrid_expr") && isempty (b))
    refuse ("assign", "deleting elements, as x(2) = [],", "index those that stay, as x([1 3])");
  endif
  a = lift (a);
  b = lift (b);
  n = numel (a);
  k = reshape (1:n, size (a));
  try
    if (numel (b) == 1)
      k(s.subs{:}) = n + 1;
    else
      k(s.subs{:}) = n + (1:numel (b));
    endif
  catch e
    refuse ("assign", ["an assignment that does not fit (" e.message ")"], "build the value with [a; b]");
  end_try_catch
  if (any (k(:) == 0))
    refuse ("assign", "an assignment that makes a traced quantity grow", "build the value with [a; b]");
  endif
  both = node ("concat", n + numel (b), 1, [a.id, b.id], []);
  r = gather (both, k, rows (k), columns (k) * size (k, 3), size (k, 3));
endfunction
