## SPDX-License-Identifier: GPL-3.0-or-later

## law = law_along (model, data, v, solver): the law (right-hand side; algebraic: output) of a traced model along its own solutions of these data, taken apart:
##   t (1 x N), x (n_x x N)         times and states of all trajectories, one after the other
##   trajectory (1 x N)             which one
##   physics, network (n x N)       the law with 0 for all networks, and the rest
##   share                          how much the networks make, from 0 to 1: of every component that a network reaches rms (network) / (rms (physics) +
##                                  rms (network)), then the mean; 0 where the law calls no network

function law = law_along (model, data, v, solver)
  data = parts (data);
  [cm, d, layout] = core_problem ("hybridsam", model, data, false);
  vector = values_pack ("hybridsam", model, v, layout);
  [~, o] = core_options ("hybridsam", "s", model, layout, solver{:});
  d.y = [];
  x = core ("simulate", cm, d, vector, o, []);
  law = struct ("t", d.t, "x", x(1:model.n_x,:), "trajectory", repelem (1:numel (data.count), data.count(:)'), "physics", [], "network", [], "share", 0);
  [law.physics, law.network] = law_at (cm, model, vector, d.t, x, d.u);
  rms = @(a) sqrt (mean (a .^ 2, 2));
  network = rms (law.network);
  reached = network > 0;
  if (any (reached))
    law.share = mean (network(reached) ./ (rms (law.physics)(reached) + network(reached)));
  endif
endfunction
