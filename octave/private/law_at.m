## SPDX-License-Identifier: GPL-3.0-or-later

## [physics, network] = law_at (cm, model, vector, t, x, u): the law (right-hand side; algebraic: output) of a traced model at N points, with 0 for all networks, and
## the rest (n x N both). t 1 x N, x (n_x + n_own) x N, u n_u x N.

function [physics, network] = law_at (cm, model, vector, t, x, u)
  name = {"output", "rhs"}{1 + ! isempty(model.functions.rhs)};
  at = {vector, t, x, u, zeros(model.n_z, numel (t))};
  whole = core ("eval", cm, name, at{:});
  physics = whole;
  if (calls_network (model))
    physics = core ("eval", cm, "physics", at{:});
  endif
  network = whole - physics;
endfunction

function tf = calls_network (model)
  law = {model.graphs.rhs};
  if (isempty (model.functions.rhs))
    law = {model.graphs.output};
  endif
  tf = any (cellfun (@(f) ! isempty (f) && any (strcmp (f.op, "dense") | strcmp (f.op, "conv")), law));
endfunction
