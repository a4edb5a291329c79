## SPDX-License-Identifier: GPL-3.0-or-later

function r = full (a)
  r = a;
endfunction
