#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: resume.sh [KILLS]. A training process is killed (SIGKILL) at KILLS random moments and resumed each time; the file is never half, and the
# result has the bits of a run that was left alone, as two fresh processes have among themselves. A full disk leaves the old file.
top=$(cd "$(dirname "$0")/.." && pwd)
kills=${1:-6}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp" || exit 1
cat >setup.m <<END
addpath ('$top/octave', '$top/src');
N = 2000;
model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 64 64 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
t = (0:0.5:20)';
phase = reshape (1:10, 1, 1, 10);
data = hybrid_data (t, [cos(t + phase), -sin(t + phase)]);
options = {"method", "sam", "solver", "rk4", "batch", 4, "display", "off", "validation", data, "iterations", N};
function write (file, fit)
  f = fopen (file, "w");
  fwrite (f, [fit.state.w; fit.state.first; fit.state.second; fit.state.best; fit.history.loss; fit.history.params.w2], "double");
  fclose (f);
endfunction
END
cat >whole.m <<'END'
source ("setup.m");
write (argv (){1}, hybrid_train (model, data, options{:}));
END
cat >broken.m <<'END'
source ("setup.m");
if (exist ("run.checkpoint", "file"))
  fit = hybrid_train ("resume", "run.checkpoint");
else
  fit = hybrid_train (model, data, options{:}, "checkpoint", "run.checkpoint", "checkpoint_seconds", 0);
endif
write ("broken.bits", fit);
END
octave="octave-cli --norc -q --no-history"
$octave whole.m whole.bits && $octave whole.m again.bits || exit 1
cmp whole.bits again.bits || exit 1
for ((k = 0; k < kills; k++)); do
  setsid $octave broken.m >/dev/null 2>&1 &
  pid=$!
  sleep "0.$((RANDOM % 600 + 300))"
  kill -KILL $pid 2>/dev/null && echo "killed"
  wait $pid 2>/dev/null
done
$octave broken.m || exit 1
cmp whole.bits broken.bits || exit 1
echo "resumed after $kills kills: the same bits"
cp run.checkpoint before
(ulimit -f 8; $octave --eval 'warning ("off", "all"); source ("setup.m"); hybrid_train ("resume", "run.checkpoint", "iterations", N + 10);') >full.log 2>&1
cmp before run.checkpoint || { echo "a full disk changed the checkpoint"; cat full.log; exit 1; }
[ ! -e run.checkpoint.part ] || { echo "half a file was left"; exit 1; }
echo "a full disk left the old checkpoint"
