## SPDX-License-Identifier: GPL-3.0-or-later

## samples = interleave (SECONDS, CONTESTANTS): lets all contestants run one after the other, round after round, for about that many seconds and
## two rounds at least, after one round that does not count. On a machine with other work, contestants that alternate meet the same machine.
## A contestant is a function that returns the times it took, one or several, in milliseconds. samples{i}: those of contestant i.
## HYBRIDSAM_QUICK=1: two rounds.

function samples = interleave (seconds, contestants)
  samples = cell (size (contestants));
  if (! isempty (getenv ("HYBRIDSAM_QUICK")))
    seconds = 0;
  endif
  cellfun (@(f) f (), contestants, "UniformOutput", false);
  start = tic ();
  round = 0;
  while (round < 2 || toc (start) < seconds)
    round++;
    for i = 1:numel (contestants)
      samples{i} = [samples{i}; contestants{i}()(:)];
    endfor
  endwhile
endfunction
