## SPDX-License-Identifier: GPL-3.0-or-later

function r = mpower (a, b)
  if (numel (a) > 1 || numel (b) > 1)
    refuse ("function", "a power of a matrix", "write .^ for elementwise powers");
  endif
  r = a .^ b;
endfunction
