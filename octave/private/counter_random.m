## SPDX-License-Identifier: GPL-3.0-or-later

## r = counter_random (seed, stream, n): n numbers in (0, 1), a pure function of its arguments (Octave's own random state stays
## untouched). The hash is that of hs_random_uniform in src/base/base.c and gives the same numbers.

function r = counter_random (seed, stream, n)
  r = core ("random", double (seed), double (stream), n);
endfunction
