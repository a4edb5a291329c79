## SPDX-License-Identifier: GPL-3.0-or-later

## Derivative 0 at 0.

function r = norm (a, p)
  if (nargin < 2)
    p = 2;
  endif
  if (! (isequal (p, "fro") || (isequal (p, 2) && isvector (a))))
    refuse ("function", "this kind of norm", "the 2-norm of a vector and \"fro\" can be traced; write the others with sum, abs and max");
  endif
  r = node ("norm", 1, 1, a.id, []);
endfunction
