## SPDX-License-Identifier: GPL-3.0-or-later

function r = real (a)
  r = a;
endfunction
