## SPDX-License-Identifier: GPL-3.0-or-later

## A traced quantity: the number of a node in the graph being recorded, and its shape. Operators on it record more nodes.
## An old-style class, so that `if` on one can raise an error (a classdef object would silently be false).
## A stack of fields along the third dimension has PAGES of them, cols / pages columns each; the graph itself knows matrices alone.

function e = hybrid_expr (id, rows, cols, pages = 1)
  if (nargin < 3)
    error ("hybridsam:trace:usage", "hybrid_expr: traced quantities are made by hybrid_model, not by hand");
  endif
  e = class (struct ("id", id, "rows", rows, "cols", cols, "pages", pages), "hybrid_expr");
endfunction
