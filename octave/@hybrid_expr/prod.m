## SPDX-License-Identifier: GPL-3.0-or-later

function r = prod (a, dim)
  if (nargin < 2)
    dim = first_dimension (a);
  endif
  r = fold (@times, a, dim);
endfunction
