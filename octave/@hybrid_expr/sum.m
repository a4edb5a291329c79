## SPDX-License-Identifier: GPL-3.0-or-later

function r = sum (a, dim)
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
