## SPDX-License-Identifier: GPL-3.0-or-later

## m = core_model (model): the part of a model that the core reads (doc/developer.md, "Core model").
## m = core_model (model, layout, spread): with the values of single trajectories. spread (n_x x B) of the estimated initial states: Inf free,
## 0 known, else that of a Gaussian prior around layout.x0.
##
## What the declarations alone decide, all but the graphs, hybrid_model keeps in model.shared: it is needed in every call.

function m = core_model (model, layout, spread)
  if (isfield (model, "shared"))
    m = model.shared;
  else  # not yet, or the model was saved without it
    m = shared_values (model);
  endif
  m.rhs = model.graphs.rhs;
  m.output = model.graphs.output;
  m.initial = model.graphs.initial;
  m.external = [];
  if (! model.trace)
    m.external = model;
  endif
  if (nargin > 1 && layout.n > model.n_v)
    m = with_local (m, model, layout, spread);
  endif
endfunction

function m = shared_values (model)
  m = struct ("sizes", [model.n_x + model.n_own, model.n_u, model.n_y, model.n_z, model.n_v], "kind", [], "lower", [], "upper", [], "fixed", [], ...
              "prior_mean", [], "prior_spread", [], "prior_log", []);
  m = add_free (m, model.n_v, 1);
  for q = model.params
    m = put (m, q, 0, (q.first:q.first + q.rows * q.cols - 1)');
  endfor
endfunction

function m = with_local (m, model, layout, spread)
  m.sizes(5) = layout.n;
  m = add_free (m, layout.n - model.n_v, 2);
  for q = model.own
    m = put (m, q, 2, layout.own + q.first + (0:q.rows * q.cols - 1)' + (0:layout.units - 1) * layout.n_own);
  endfor
  if (layout.estimated)
    at = layout.x0_first+1:layout.n;
    m.fixed(at) = spread(:) == 0;
    m.prior_mean(at) = layout.x0(:);
    m.prior_spread(at) = spread(:);
    m.prior_spread(at(spread(:) == 0)) = Inf;
  endif
endfunction

function m = add_free (m, n, kind)
  none = zeros (n, 1);
  m.kind = [m.kind; none + kind];
  m.lower = [m.lower; none - Inf];
  m.upper = [m.upper; none + Inf];
  m.fixed = [m.fixed; none];
  m.prior_mean = [m.prior_mean; none];
  m.prior_spread = [m.prior_spread; none + Inf];
  m.prior_log = [m.prior_log; none];
endfunction

## The parameter q in the values `at`, one column for each unit that has it.
function m = put (m, q, kind, at)
  m.kind(at) = kind;
  m.lower(at) = q.lower;
  m.upper(at) = q.upper;
  m.fixed(at) = q.fixed;
  m.prior_mean(at) = q.prior_mean(:) + zeros (size (at));
  m.prior_spread(at) = q.prior_spread(:) + zeros (size (at));
  m.prior_log(at) = q.prior_log;
  if (q.fixed)  # a prior of what is not fitted is no part of the loss
    m.prior_spread(at) = Inf;
  endif
endfunction
