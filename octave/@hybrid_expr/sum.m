## SPDX-License-Identifier: GPL-3.0-or-later

function r = sum (a, dim)
  if (a.pages > 1)
    refuse ("function", "sum of a stack of fields", "sum (r(:)), or sum of each field r(:,:,k)");
  endif
  [m, n] = size (a);
  if (nargin < 2)
    dim = first_dimension (a);
  endif
  if (size (a, dim) == 1)
    r = a;
  elseif (m == 1 || n == 1)
    r = node ("sum", 1, 1, a.id, []);
  elseif (dim == 1)
    r = ones (1, m) * a;
  else
    r = a * ones (n, 1);
  endif
endfunction
