## SPDX-License-Identifier: GPL-3.0-or-later

function r = end (a, k, n)
  s = [a.rows, a.cols / a.pages, a.pages];
  s(4:k) = 1;
  r = s(k);
  if (k == n)  # the last index runs over all that is left
    r = prod (s(k:end));
  endif
endfunction
