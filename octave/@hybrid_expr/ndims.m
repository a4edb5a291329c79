## SPDX-License-Identifier: GPL-3.0-or-later

function n = ndims (a)
  n = 2;
endfunction
