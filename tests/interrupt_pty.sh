#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: interrupt_pty.sh [TIMES]. Octave at a terminal (a pseudo-terminal of script, of util-linux) trains, and ^C is typed at a random moment. Its
# prompt must be back within 0.5 s, the checkpoint whole, the best values at hand, and the next training must work. Solvers and steps of
# very different length take turns; the checkpoint is written as often as can be.
top=$(cd "$(dirname "$0")/.." && pwd)
times=${1:-4}
tmp=$(mktemp -d)
cd "$tmp" || exit 1
cat >setup.m <<END
addpath ('$top/octave', '$top/src');
model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 64 64 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
t = (0:0.1:20)';
few = hybrid_data (t(1:40), [cos(t), -sin(t)](1:40,:));
many = hybrid_data (t, repmat ([cos(t), -sin(t)], [1 1 100]));
runs = {{few, "solver", "rk4"}, {many, "solver", "rk4", "method", "sam"}, {few, "rtol", 1e-8}, {many, "rtol", 1e-9, "validation", few}};
go = @(k) hybrid_train (model, runs{k}{:}, "iterations", 1e9, "display", "off", "checkpoint", "run.checkpoint", "checkpoint_seconds", 0);
PS1 ("ready\n");
END
cat >after.m <<'END'
fit = hybrid_train ("last");
checkpoint = load ("run.checkpoint").checkpoint;
assert (fit.info.status, "BROKEN_OFF");
assert (isequal (checkpoint.state.w, fit.state.w) && checkpoint.state.iteration == fit.info.iterations);
if (fit.info.iterations > 0)
  assert (isfinite (hybrid_gradient (model, few, fit.best, "solver", "rk4")));
endif
again = hybrid_train ("resume", "run.checkpoint", "time_limit", 0.3);
assert (again.info.iterations >= fit.info.iterations && strcmp (again.info.status, "TIME_LIMIT"));
disp (["usable" " again"]);
END
touch screen
mkfifo keys
script -qfc "octave-cli --norc -q --no-history --no-line-editing --interactive" screen <keys >/dev/null 2>&1 &
terminal=$!
exec 9>keys
trap 'echo exit >&9; exec 9>&-; kill $terminal 2>/dev/null; wait $terminal 2>/dev/null; rm -rf "$tmp"' EXIT

# wait_for WORD COUNT TENTHS: until WORD has been on the screen so often
wait_for() {
  local k
  for ((k = 0; k < $3 * 10; k++)); do
    [ "$(grep -c "$1" screen)" -ge "$2" ] && return 0
    sleep 0.01
  done
  echo "no '$1' on the screen:"
  tail -n 30 screen
  return 1
}
prompts() { grep -c ready screen; }

echo 'source ("setup.m")' >&9
wait_for ready 1 300 || exit 1
for ((n = 0; n < times; n++)); do
  rm -f run.checkpoint
  before=$(prompts)
  echo "go ($((n % 4 + 1)));" >&9
  sleep "0.$((RANDOM % 700 + 250))"
  begin=$(date +%s%N)
  printf '\003' >&9
  wait_for ready $((before + 1)) 50 || exit 1
  took=$((($(date +%s%N) - begin) / 1000000))
  echo 'source ("after.m")' >&9
  wait_for 'usable again' $((n + 1)) 300 || exit 1
  wait_for ready $((before + 2)) 50 || exit 1
  echo "run $((n % 4 + 1)): prompt after $took ms"
  [ $took -le 500 ] || exit 1
done
