## SPDX-License-Identifier: GPL-3.0-or-later

function r = log10 (a)
  r = log (a) / log (10);
endfunction
