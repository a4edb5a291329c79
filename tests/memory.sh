#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: memory.sh [TRAININGS]. So many trainings in one process, every third broken off by an error of its callback, and the resident memory does
# not grow: after the first fifth by less than 1 kB a training. A planted leak of 4 kB, in a tenth as many, must be seen.
top=$(cd "$(dirname "$0")/.." && pwd)
trainings=${1:-1000}
script=$(mktemp --suffix=.m)
trap 'rm -f "$script"' EXIT
cat >"$script" <<END
addpath ('$top/octave', '$top/src');
function kb = resident ()
  kb = str2double (regexp (fileread ("/proc/self/status"), 'VmRSS:\s*(\d+)', "tokens"){1}{1});
endfunction
function stop = fussy (k, info)
  error ("mine:callback", "enough");
endfunction
model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 8 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
t = (0:0.5:3)';
data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)]));
kept = {};
grew = [];
for leak = [0 4]
  N = $trainings / {1, 10}{1 + (leak > 0)};
  for k = 1:N
    o = {"iterations", 2, "solver", {"rk4", "cvode"}{1 + mod(k, 2)}, "method", "sam", "display", "off", "seed", k};
    if (mod (k, 3) == 0)
      o = [o, {"callback", @fussy}];
    endif
    try
      hybrid_train (model, data, o{:});
    catch e
      assert (e.identifier, "mine:callback");
    end_try_catch
    if (leak)
      kept{end+1} = ones (128 * leak, 1);
    endif
    if (k == N / 5)
      before = resident ();
    endif
  endfor
  grew(end+1) = (resident () - before) / (N - N / 5);
  printf ("%d trainings, planted leak of %d kB each: %d kB after a fifth, then %.2f kB a training\n", N, leak, before, grew(end));
endfor
assert (grew(1) < 1 && grew(2) > 1);
disp ("memory is constant");
END
octave-cli --norc -q --no-history "$script" 2>&1 | tee /dev/stderr | grep -q "memory is constant"
