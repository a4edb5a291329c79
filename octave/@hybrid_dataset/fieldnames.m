## SPDX-License-Identifier: GPL-3.0-or-later

function names = fieldnames (d)
  names = fieldnames (d.s);
endfunction
