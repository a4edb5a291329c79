## SPDX-License-Identifier: GPL-3.0-or-later

## The first dimension that is not 1, as reductions take it.

function dim = first_dimension (a)
  dim = 1 + (a.rows == 1);
endfunction
