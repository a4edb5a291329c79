## SPDX-License-Identifier: GPL-3.0-or-later

## max (a, b) elementwise; max (a), max (a, [], dim) over one dimension.

function r = max (a, b, dim)
  if (nargin >= 2 && ! isempty (b))
    r = binary ("max", a, b);
    return;
  endif
  if (nargin < 3)
    dim = first_dimension (a);
  endif
  r = fold (@(x, y) binary ("max", x, y), a, dim);
endfunction
