## SPDX-License-Identifier: GPL-3.0-or-later

## l = local_layout (model, data): where the values that belong to single trajectories stand in the core's vector, after the n_v that all share:
## first the own parameters of every unit (model.n_own each), then the initial states of every trajectory (n_x each) if they are estimated. A unit is
## a trajectory, or the trajectory that segments were cut from. l.x0 (n_x x B): the estimated initial states to start from.

function l = local_layout (model, data)
  units = max (data.unit);
  B = numel (data.count);
  first = model.n_v + model.n_own * units;
  estimated = ! isempty (data.spread);
  l = struct ("n_own", model.n_own, "units", units, "unit", data.unit, "own", model.n_v, "x0_first", first, "estimated", estimated, "B", B, ...
              "n", first + estimated * B * model.n_x, "x0", []);
endfunction
