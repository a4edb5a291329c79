## SPDX-License-Identifier: GPL-3.0-or-later

function r = unary (op, a)
  r = paged (node (op, a.rows, a.cols, a.id, []), a.pages);
endfunction
