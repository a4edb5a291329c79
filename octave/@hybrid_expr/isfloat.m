## SPDX-License-Identifier: GPL-3.0-or-later

function r = isfloat (a)
  r = true;
endfunction
