## SPDX-License-Identifier: GPL-3.0-or-later

## GFlop/s of the product of two matrices by Octave's BLAS, best of some; printed for run.sh.

A = rand (512);
best = Inf;
for k = 1:20
  start = cputime ();
  A * A;
  best = min (best, cputime () - start);
endfor
printf ("%.3f\n", 2e-9 * 512 ^ 3 / best);
