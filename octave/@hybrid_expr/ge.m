## SPDX-License-Identifier: GPL-3.0-or-later

function r = ge (a, b)
  r = binary ("ge", a, b);
endfunction
