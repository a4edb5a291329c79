## SPDX-License-Identifier: GPL-3.0-or-later

function r = expm1 (a)
  r = exp (a) - 1;
endfunction
