## SPDX-License-Identifier: GPL-3.0-or-later

## s = network_share (model, data, v, solver): how much of the law (right-hand side; algebraic: output) the networks make, from 0 to 1, along the model's
## own solutions of these data. Of every component that a network reaches: rms (f_n) / (rms (f_p) + rms (f_n)), f_p with 0 for all networks, f_n = f - f_p;
## then the mean. 0 where the law calls no network; NaN for models that are not traced.

function s = network_share (model, data, v, solver)
  s = 0;
  if (! model.trace)
    s = NaN;
  elseif (! any (cellfun (@(f) ! isempty (f) && any (strcmp (f.op, "dense")), law_of (model))))
    return;
  else
    data = parts (data);
    [cm, d, layout] = core_problem ("hybrid_compare", model, data, false);
    vector = values_pack ("hybrid_compare", model, v, layout);
    [~, o] = core_options ("hybrid_compare", "s", model, layout, solver{:});
    d.y = [];
    x = core ("simulate", cm, d, vector, o, []);
    name = {"output", "rhs"}{1 + ! isempty(model.functions.rhs)};
    at = {vector, d.t, x, d.u, zeros(model.n_z, numel (d.t))};
    whole = core ("eval", cm, name, at{:});
    physics = core ("eval", cm, "physics", at{:});
    rms = @(a) sqrt (mean (a .^ 2, 2));
    network = rms (whole - physics);
    reached = network > 0;
    s = mean (network(reached) ./ (rms (physics)(reached) + network(reached)));
    if (! any (reached))
      s = 0;
    endif
  endif
endfunction

function law = law_of (model)
  law = {model.graphs.rhs};
  if (isempty (model.functions.rhs))
    law = {model.graphs.output};
  endif
endfunction
