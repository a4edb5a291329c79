## SPDX-License-Identifier: GPL-3.0-or-later

function r = ldivide (a, b)
  r = b ./ a;
endfunction
