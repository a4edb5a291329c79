## SPDX-License-Identifier: GPL-3.0-or-later

function r = not (a)
  r = (a == 0);
endfunction
