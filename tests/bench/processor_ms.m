## SPDX-License-Identifier: GPL-3.0-or-later

## ms = processor_ms (F): processor time of one call of F, in milliseconds. For work of one thread: other work on the machine is not its matter.

function ms = processor_ms (f)
  start = cputime ();
  f ();
  ms = 1e3 * (cputime () - start);
endfunction
