## SPDX-License-Identifier: GPL-3.0-or-later

function r = cumsum (a, dim)
  if (nargin < 2)
    dim = first_dimension (a);
  endif
  n = size (a, dim);
  if (dim == 1)
    r = tril (ones (n)) * a;
  else
    r = a * triu (ones (n));
  endif
endfunction
