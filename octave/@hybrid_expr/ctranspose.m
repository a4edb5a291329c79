## SPDX-License-Identifier: GPL-3.0-or-later

function r = ctranspose (a)
  r = transpose (a);
endfunction
