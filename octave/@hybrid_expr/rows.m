## SPDX-License-Identifier: GPL-3.0-or-later

function n = rows (a)
  n = a.rows;
endfunction
