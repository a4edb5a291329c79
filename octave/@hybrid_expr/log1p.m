## SPDX-License-Identifier: GPL-3.0-or-later

function r = log1p (a)
  r = log (1 + a);
endfunction
