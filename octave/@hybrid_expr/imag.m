## SPDX-License-Identifier: GPL-3.0-or-later

function r = imag (a)
  r = zeros (a.rows, a.cols);
endfunction
