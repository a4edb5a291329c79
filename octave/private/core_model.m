## SPDX-License-Identifier: GPL-3.0-or-later

## m = core_model (model): the part of a model that the core reads (doc/developer.md, "Core model").
## m = core_model (model, layout, spread): with the values of single trajectories. spread (n_x x B) of the estimated initial states: Inf free,
## 0 known, else that of a Gaussian prior around layout.x0.

function m = core_model (model, layout, spread)
  n = model.n_v;
  if (nargin > 1)
    n = layout.n;
  endif
  m = struct ("sizes", [model.n_x + model.n_own, model.n_u, model.n_y, model.n_z, n], "rhs", {model.graphs.rhs}, ...
              "output", {model.graphs.output}, "initial", {model.graphs.initial}, "kind", ones (n, 1), "lower", -Inf (n, 1), ...
              "upper", Inf (n, 1), "fixed", zeros (n, 1), "prior_mean", zeros (n, 1), "prior_spread", Inf (n, 1), "prior_log", zeros (n, 1), ...
              "external", []);
  for q = model.params
    m = put (m, q, q.first, 0);
  endfor
  if (nargin > 1)
    for q = model.own
      for unit = 1:layout.units
        m = put (m, q, layout.own + (unit - 1) * layout.n_own + q.first, 2);
      endfor
    endfor
    at = layout.x0_first+1:n;
    m.kind(at) = 2;
    m.fixed(at) = spread(1:numel (at)) == 0;
    m.prior_mean(at) = layout.x0(1:numel (at));
    m.prior_spread(at) = spread(1:numel (at));
    m.prior_spread(m.fixed == 1) = Inf;
  endif
  if (! model.trace)
    m.external = model;
  endif
endfunction

function m = put (m, q, first, kind)
  at = first:first + q.rows * q.cols - 1;
  m.kind(at) = kind;
  m.lower(at) = q.lower;
  m.upper(at) = q.upper;
  m.fixed(at) = q.fixed;
  m.prior_mean(at) = q.prior_mean;
  m.prior_spread(at) = q.prior_spread;
  m.prior_log(at) = q.prior_log;
endfunction
