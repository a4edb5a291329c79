## SPDX-License-Identifier: GPL-3.0-or-later

function n = columns (a)
  n = a.cols / a.pages;
endfunction
