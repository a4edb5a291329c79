#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# When CVODES gives up, its words are in our error and nowhere on the terminal.
top=$(cd "$(dirname "$0")/.." && pwd)
script=$(mktemp --suffix=.m)
trap 'rm -f "$script"' EXIT
cat >"$script" <<END
addpath ('$top/octave', '$top/src');
blow = hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) x.x ^ 2);
for method = {"adams", "bdf", "auto"}
  for limit = [100000, 20]
    try
      hybrid_simulate (blow, hybrid_data ([0 2], [], "initial", 1), hybrid_values (blow), "cvode_method", method{1}, "max_steps", limit);
      disp ("solved?");
    catch e
      if (! strcmp (e.identifier, "hybridsam:solve:unsolved"))
        disp (e.identifier);
      endif
    end_try_catch
  endfor
endfor
END
said=$(octave-cli --norc -q --no-history "$script" 2>&1)
echo "said: '$said'"
[ -z "$said" ]
