## SPDX-License-Identifier: GPL-3.0-or-later

## kept_run (run) keeps a run that was broken off; run = kept_run () gives it back, [] when there is none.

function run = kept_run (run)
  persistent kept;
  if (nargin)
    kept = run;
  endif
  run = kept;
endfunction
