## SPDX-License-Identifier: GPL-3.0-or-later

## m x n elements of a, given by linear indices k; nothing is recorded when that is a itself.

function r = gather (a, k, m, n)
  if (m == a.rows && n == a.cols && isequal (k(:), (1:m * n)(:)))
    r = a;
  else
    r = node ("index", m, n, a.id, k(:));
  endif
endfunction
