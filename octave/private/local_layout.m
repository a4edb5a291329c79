## SPDX-License-Identifier: GPL-3.0-or-later

## l = local_layout (model, data): where the values that belong to single trajectories stand in the core's vector, after the n_v that all share:
## first the own parameters of every unit (model.n_own each), then the initial states of every trajectory (n_x each) if they are estimated. A unit is
## a trajectory, or the trajectory that segments were cut from. l.x0 (n_x x B): the estimated initial states to start from.

function l = local_layout (model, data)
  l = struct ("n_own", model.n_own, "units", max (data.unit), "unit", data.unit, "own", model.n_v, "x0_first", 0, "estimated", ! isempty (data.spread), ...
              "B", numel (data.count), "n", 0, "x0", []);
  l.x0_first = model.n_v + l.n_own * l.units;
  l.n = l.x0_first + l.estimated * l.B * model.n_x;
endfunction
