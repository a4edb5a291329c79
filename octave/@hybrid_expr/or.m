## SPDX-License-Identifier: GPL-3.0-or-later

function r = or (a, b)
  r = max (a != 0, b != 0);
endfunction
