## SPDX-License-Identifier: GPL-3.0-or-later

## Half away from zero, as for numbers.

function r = round (a)
  r = sign (a) .* floor (abs (a) + 0.5);
endfunction
