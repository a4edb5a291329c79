## SPDX-License-Identifier: GPL-3.0-or-later

function r = islogical (a)
  r = false;
endfunction
