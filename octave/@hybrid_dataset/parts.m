## SPDX-License-Identifier: GPL-3.0-or-later

## s = parts (data): all parts as a plain struct. Reading data.FIELD calls a function each time; code that reads many fields starts with this.

function s = parts (d)
  s = d.s;
endfunction
