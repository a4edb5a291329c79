#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# SIGINT during a long gradient: Octave unwinds within a second.
top=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat >"$tmp/long.m" <<END
addpath ('$top/octave', '$top/src');
model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 64 64 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
t = (0:0.1:60)';
data = hybrid_data (t, repmat ([cos(t), -sin(t)], [1 1 100]));
unwind_protect
  disp ("started");
  fflush (stdout);
  hybrid_train (model, data, "rtol", 1e-9, "iterations", 1e9, "display", "off");
unwind_protect_cleanup
  disp ("unwound");
end_unwind_protect
END
for moment in 1 2 3; do # at different moments of the work
  (trap - INT; exec octave-cli --norc -q --no-history "$tmp/long.m") >"$tmp/log" 2>&1 &
  pid=$!
  for _ in $(seq 100); do grep -q started "$tmp/log" && break; sleep 0.1; done
  sleep "0.$((3 * moment))"
  begin=$(date +%s%N)
  kill -INT $pid
  wait $pid
  took=$((($(date +%s%N) - begin) / 1000000))
  echo "unwound after $took ms: $(tr '\n' ' ' <"$tmp/log")"
  grep -q unwound "$tmp/log" && [ $took -lt 1000 ] || exit 1
done
