## SPDX-License-Identifier: GPL-3.0-or-later

function r = node (op, rows, cols, args, attr)
  r = __hybrid_tape__ ("node", op, rows, cols, args, attr);
endfunction
