## SPDX-License-Identifier: GPL-3.0-or-later

function r = conj (a)
  r = a;
endfunction
