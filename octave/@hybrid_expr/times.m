## SPDX-License-Identifier: GPL-3.0-or-later

function r = times (a, b)
  r = binary ("mul", a, b);
endfunction
