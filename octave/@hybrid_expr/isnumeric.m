## SPDX-License-Identifier: GPL-3.0-or-later

function r = isnumeric (a)
  r = true;
endfunction
