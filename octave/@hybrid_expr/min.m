## SPDX-License-Identifier: GPL-3.0-or-later

## min (a, b) elementwise; min (a), min (a, [], dim) over one dimension.

function r = min (a, b, dim)
  if (nargin >= 2 && ! isempty (b))
    r = binary ("min", a, b);
    return;
  endif
  if (nargin < 3)
    dim = first_dimension (a);
  endif
  r = fold (@(x, y) binary ("min", x, y), a, dim);
endfunction
