## SPDX-License-Identifier: GPL-3.0-or-later

## What profile.sh looks at, for some seconds: P with B=25 T=40, rk4, one thread; HYBRIDSAM_PROFILE=train: one run of hybrid_train, else gradients
## called from Octave one by one.

addpath ("octave", "build/profile/src", "tests/bench");
q = bench_problem ("pendulum", 25, 40);
o = {"solver", "rk4", "threads", 1};
if (strcmp (getenv ("HYBRIDSAM_PROFILE"), "train"))
  hybrid_train (q.model, q.data, o{:}, "start", q.v, "iterations", 1e6, "time_limit", 8, "display", "off");
else
  start = tic ();
  while (toc (start) < 8)
    hybrid_gradient (q.model, q.data, q.v, o{:});
  endwhile
endif
