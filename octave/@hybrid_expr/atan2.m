## SPDX-License-Identifier: GPL-3.0-or-later

function r = atan2 (a, b)
  r = binary ("atan2", a, b);
endfunction
