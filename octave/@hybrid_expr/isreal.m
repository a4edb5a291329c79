## SPDX-License-Identifier: GPL-3.0-or-later

function r = isreal (a)
  r = true;
endfunction
