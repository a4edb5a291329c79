## SPDX-License-Identifier: GPL-3.0-or-later

## Horner, as for numbers.

function r = polyval (p, x)
  r = 0 * x;
  for k = 1:numel (p)
    pk = subsref (p, struct ("type", "()", "subs", {{k}}));
    r = r .* x + pk;
  endfor
endfunction
