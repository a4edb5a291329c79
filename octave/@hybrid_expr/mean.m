## SPDX-License-Identifier: GPL-3.0-or-later

function r = mean (a, dim)
  if (nargin < 2)
    dim = first_dimension (a);
  endif
  r = sum (a, dim) / size (a, dim);
endfunction
