## SPDX-License-Identifier: GPL-3.0-or-later

## m = core_model (model): the part of a model that the core reads (doc/developer.md, "Core model").

function m = core_model (model)
  kind = ones (model.n_v, 1);
  lower = -Inf (model.n_v, 1);
  upper = Inf (model.n_v, 1);
  fixed = zeros (model.n_v, 1);
  for k = 1:numel (model.params)
    q = model.params(k);
    at = q.first:q.first + q.rows * q.cols - 1;
    kind(at) = 0;
    lower(at) = q.lower;
    upper(at) = q.upper;
    fixed(at) = q.fixed;
  endfor
  m = struct ("sizes", [model.n_x, model.n_u, model.n_y, model.n_z, model.n_v], "rhs", {model.graphs.rhs}, ...
              "output", {model.graphs.output}, "initial", {model.graphs.initial}, "kind", kind, "lower", lower, "upper", upper, ...
              "fixed", fixed, "external", []);
  if (! model.trace)
    m.external = model;
  endif
endfunction
