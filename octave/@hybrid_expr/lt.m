## SPDX-License-Identifier: GPL-3.0-or-later

function r = lt (a, b)
  r = binary ("lt", a, b);
endfunction
