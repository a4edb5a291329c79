## SPDX-License-Identifier: GPL-3.0-or-later

function r = uplus (a)
  r = a;
endfunction
