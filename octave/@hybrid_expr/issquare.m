## SPDX-License-Identifier: GPL-3.0-or-later

function r = issquare (a)
  r = a.rows == a.cols;
endfunction
