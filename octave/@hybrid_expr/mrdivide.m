## SPDX-License-Identifier: GPL-3.0-or-later

function r = mrdivide (a, b)
  if (numel (b) > 1)
    refuse ("function", "division by a matrix", "write ./ for elementwise division, or multiply by a constant inverse");
  endif
  r = a ./ b;
endfunction
