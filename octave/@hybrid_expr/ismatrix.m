## SPDX-License-Identifier: GPL-3.0-or-later

function r = ismatrix (a)
  r = true;
endfunction
