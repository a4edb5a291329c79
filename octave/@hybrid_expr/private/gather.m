## SPDX-License-Identifier: GPL-3.0-or-later

## m x n elements of a (a stack of PAGES fields), given by linear indices k; nothing is recorded when that is a itself.

function r = gather (a, k, m, n, pages = 1)
  if (m == a.rows && n == a.cols && isequal (k(:), (1:m * n)(:)))
    r = paged (a, pages);
  else
    r = paged (node ("index", m, n, a.id, k(:)), pages);
  endif
endfunction
