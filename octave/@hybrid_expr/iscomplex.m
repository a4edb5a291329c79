## SPDX-License-Identifier: GPL-3.0-or-later

function r = iscomplex (a)
  r = false;
endfunction
