## SPDX-License-Identifier: GPL-3.0-or-later

## Masks are 0 or 1.

function r = and (a, b)
  r = (a != 0) .* (b != 0);
endfunction
