## SPDX-License-Identifier: GPL-3.0-or-later

function r = repmat (a, m, n)
  if (nargin < 3)
    n = m(end);
    m = m(1);
  endif
  k = repmat (reshape (1:numel (a), a.rows, a.cols), m, n);
  r = gather (a, k, rows (k), columns (k));
endfunction
