## SPDX-License-Identifier: GPL-3.0-or-later

function r = transpose (a)
  if (a.pages > 1)
    refuse ("shape", sprintf ("the transpose of a %s quantity", shape_text (a)), "transpose each field, r(:,:,k)'");
  endif
  k = reshape (1:a.rows * a.cols, a.rows, a.cols).';
  r = gather (a, k, a.cols, a.rows);
endfunction
