## SPDX-License-Identifier: GPL-3.0-or-later

function r = unary (op, a)
  r = node (op, a.rows, a.cols, a.id, []);
endfunction
