## SPDX-License-Identifier: GPL-3.0-or-later

function r = cross (a, b)
  a = lift (a);
  b = lift (b);
  if (numel (a) != 3 || numel (b) != 3)
    refuse ("shape", "cross of vectors that are not of length 3", "give it two vectors of length 3");
  endif
  i = [2 3 1];
  j = [3 1 2];
  r = gather (a, i, a.rows, a.cols) .* gather (b, j, a.rows, a.cols) ...
      - gather (a, j, a.rows, a.cols) .* gather (b, i, a.rows, a.cols);
endfunction
