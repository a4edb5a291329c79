## SPDX-License-Identifier: GPL-3.0-or-later

function r = isempty (a)
  r = false;
endfunction
