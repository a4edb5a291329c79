## SPDX-License-Identifier: GPL-3.0-or-later

## [map, cm, d, o, measured, root, w] = loss_map (caller, model, data, v, solver, scale): the mean squared residual of a data set as a function of all values, at v.
##
##   map.loss (x)                 [f, g]: the mean square r'r/weight of r = sqrt(w) (yhat - y)/scale, and its gradient, at the values x (n_v x 1)
##   map.losses (X)               the same at points X (n_v x n), side by side: f (1 x n), Inf where it cannot be solved, g (n_v x n)
##   map.weight                   the sum of all w
##   map.vector, map.theta, map.local, map.net    the values v as a vector, and the numbers of the shared parameters that are fitted, of the values of
##                                single trajectories, and (cell, one a network) of the weights
##   map.precision (n_v x 1)      1/spread^2 of the priors at v; 0 without
##   map.center, map.lower, map.upper (n_v x 1)   means of the priors, bounds
##
## cm, d, o: model (without its priors), data and options as the core reads them; measured (n_y x samples): which entries count; root, w: sqrt(w)/scale and w of
## these.

function [map, cm, d, o, measured, root, w] = loss_map (caller, model, data, v, solver, scale)
  [cm, d, layout] = core_problem (caller, model, data, true);
  map.vector = values_pack (caller, model, v, layout);
  [~, o] = core_options (caller, "g", model, layout, solver{:});
  d.scale = output_scale (caller, data, scale);
  [weight, measured] = weights_of (d);
  w = weight(measured)(:);
  root = sqrt (w) ./ scale_of (d, measured);
  map.weight = sum (w);
  map.precision = precision_of (cm, map.vector);
  map.center = cm.prior_mean(:);
  map.center(cm.prior_log != 0) = exp (map.center(cm.prior_log != 0));
  map.lower = cm.lower(:);
  map.upper = cm.upper(:);
  map = with_numbers (map, model, cm);
  cm.prior_spread(:) = Inf;
  map.loss = @(x) loss_at (cm, d, o, x);
  map.losses = @(X) losses_at (cm, d, o, X);
endfunction

function [weight, measured] = weights_of (d)
  weight = ones (size (d.y));
  if (! isempty (d.weight))
    weight = d.weight;
  endif
  measured = ! isnan (d.y) & weight > 0;
  if (! isempty (d.skip_first))
    first = cumsum ([1; d.count(:)])(1:end-1);
    measured(:,first(d.skip_first != 0)) = false;
  endif
endfunction

function s = scale_of (d, measured)
  s = ones (size (d.y));
  if (! isempty (d.scale))
    s = s .* d.scale;
  endif
  s = s(measured)(:);
endfunction

## A prior on the log of a value has about the precision 1/(spread v)^2 for the value.
function p = precision_of (cm, v)
  spread = cm.prior_spread;
  on_log = cm.prior_log != 0 & isfinite (spread);
  spread(on_log) .*= v(on_log);
  p = 1 ./ spread .^ 2;
endfunction

function map = with_numbers (map, model, cm)
  free = ! cm.fixed(:)';
  shared = sum ([0, [model.params.rows] .* [model.params.cols]]);
  map.theta = find (free(1:shared));
  map.net = arrayfun (@(q) q.first:q.first + q.net.n_weights - 1, model.nets, "UniformOutput", false);
  map.local = model.n_v + find (free(model.n_v+1:end));
endfunction

function [f, g] = loss_at (cm, d, o, x)
  [f, g] = core ("gradient", cm, d, x, o);
endfunction

function [f, g] = losses_at (cm, d, o, X)
  [f, g] = core ("losses", cm, d, X, o);
endfunction
