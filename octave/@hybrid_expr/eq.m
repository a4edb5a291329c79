## SPDX-License-Identifier: GPL-3.0-or-later

## switch compares with ==, takes the result for false without asking, and so would silently leave a branch: see "compared" in __hybrid_tape__.

function r = eq (a, b)
  r = binary ("eq", a, b);
  __hybrid_tape__ ("compared", __hybrid_tape__ ("place", dbstack ()));
endfunction
