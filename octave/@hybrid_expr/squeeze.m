## SPDX-License-Identifier: GPL-3.0-or-later

function r = squeeze (a)
  r = a;
endfunction
