## SPDX-License-Identifier: GPL-3.0-or-later

function r = ceil (a)
  r = -floor (-a);
endfunction
