## SPDX-License-Identifier: GPL-3.0-or-later

function n = ndims (a)
  n = 2 + (a.pages > 1);
endfunction
