## SPDX-License-Identifier: GPL-3.0-or-later

## By how many bytes a process grows during one gradient with rk4, the data being there already: its peak less what it had before. For bench.m, in a
## process of its own, since memory freed before would hide it. HYBRIDSAM_PROBLEM holds the arguments of bench_problem. Prints NaN where the
## system does not tell.

addpath ("octave", "src", "tests/bench");

function bytes = status_of (name)
  bytes = 1024 * str2double (regexp (fileread ("/proc/self/status"), [name ':\s*(\d+)'], "tokens", "once"){1});
endfunction

function gradient (q)
  hybrid_gradient (q.model, q.data, q.v, "solver", "rk4", "threads", 1);
endfunction

gradient (bench_problem ("pendulum", 1, 2));  # Octave's own part
q = eval (sprintf ("bench_problem (%s)", getenv ("HYBRIDSAM_PROBLEM")));
f = fopen ("/proc/self/clear_refs", "w");
if (f < 0)
  puts ("NaN");
else
  fprintf (f, "5");  # the peak starts anew
  fclose (f);
  before = status_of ("VmRSS");
  gradient (q);
  printf ("%d", status_of ("VmHWM") - before);
endif
