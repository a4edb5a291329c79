## SPDX-License-Identifier: GPL-3.0-or-later

function r = log2 (a)
  r = log (a) / log (2);
endfunction
