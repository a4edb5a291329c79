## SPDX-License-Identifier: GPL-3.0-or-later

## The pieces one after the other, then put in column-major order.

function r = cat (dim, varargin)
  if (dim > 3)
    refuse ("function", sprintf ("cat along dimension %d", dim), "stack along rows, columns, or fields along the third dimension");
  endif
  parts = cellfun (@lift, varargin(! cellfun (@isempty, varargin)), "UniformOutput", false);
  ids = cellfun (@(e) e.id, parts);
  if (dim == 3 || any (cellfun (@(e) e.pages > 1, parts)))
    r = stack (dim, parts, ids);
    return;
  endif
  shapes = cell2mat (cellfun (@(e) [e.rows; e.cols], parts, "UniformOutput", false));
  if (any (shapes(3 - dim,:) != shapes(3 - dim,1)))
    refuse ("shape", sprintf ("joining pieces of %s", strjoin (cellstr (sprintf ("%d x %d ", shapes)), " ")), "make the pieces fit");
  endif
  total = sum (prod (shapes, 1));
  flat = node ("concat", total, 1, ids, []);
  first = cumsum ([0, prod(shapes, 1)]);
  order = cell (1, numel (parts));
  for k = 1:numel (parts)
    order{k} = reshape (first(k) + (1:first(k+1) - first(k)), shapes(1,k), shapes(2,k));
  endfor
  order = cat (dim, order{:});
  r = gather (flat, order, rows (order), columns (order));
endfunction

## Fields of one size behind each other: their columns are, in the graph.
function r = stack (dim, parts, ids)
  shapes = cell2mat (cellfun (@(e) [e.rows; e.cols / e.pages], parts, "UniformOutput", false));
  if (dim != 3 || any (any (shapes != shapes(:,1))))
    refuse ("shape", sprintf ("joining pieces of %s", strjoin (cellfun (@shape_text, parts, "UniformOutput", false), ", ")), ...
            "stacks of fields are joined along the third dimension, and have one size");
  endif
  pages = sum (cellfun (@(e) e.pages, parts));
  r = paged (node ("concat", shapes(1), shapes(2) * pages, ids, []), pages);
endfunction
