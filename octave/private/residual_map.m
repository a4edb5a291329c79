## SPDX-License-Identifier: GPL-3.0-or-later

## map = residual_map (caller, model, data, v, solver, scale): the residuals of a data set, r = sqrt(w) (yhat - y)/scale of every measured entry, and their
## derivative J (N x n_v) at the values v.
##
##   map.r, map.n, map.weight     residuals, their number N, the sum of all w
##   map.J                        J, where it is small enough to be kept; else []
##   map.forward (x)              J x of n_v x k numbers, by central differences of the solution where J is not kept
##   map.backward (z)             J' z of N x 1 numbers, by the adjoint where J is not kept
##   map.loss (x)                 [f, g]: the mean square r'r/weight, and its gradient, at other values
##   map.vector, map.theta, map.local, map.net    the values as a vector, and the numbers of the shared parameters that are fitted, of the values of
##                                single trajectories, and (cell, one a network) of the weights
##   map.precision (n_v x 1)      1/spread^2 of the priors at v; 0 without
##   map.center, map.lower, map.upper (n_v x 1)   means of the priors, bounds

function map = residual_map (caller, model, data, v, solver, scale)
  [cm, d, layout] = core_problem (caller, model, data, true);
  map.vector = values_pack (caller, model, v, layout);
  [~, o] = core_options (caller, "g", model, layout, solver{:});
  d.scale = output_scale (caller, data, scale);
  [weight, measured] = weights_of (d);
  map.n = nnz (measured);
  map.weight = sum (weight(measured));
  map.precision = precision_of (cm, map.vector);
  map.center = cm.prior_mean(:);
  map.center(cm.prior_log != 0) = exp (map.center(cm.prior_log != 0));
  map.lower = cm.lower(:);
  map.upper = cm.upper(:);
  map = with_numbers (map, model, cm);
  cm.prior_spread(:) = Inf;
  map.loss = @(x) loss_at (cm, d, o, x);
  if (map.n * layout.n <= most_numbers () && min (map.n, layout.n) <= 2000)
    [map.r, Jt] = core ("jacobian", cm, d, map.vector, o);
    map.J = Jt';
    map.forward = @(x) map.J * x;
    map.backward = @(z) map.J' * z;
  else
    root = sqrt (weight(measured)(:)) ./ scale_of (d, measured);
    [~, y] = core ("simulate", cm, d, map.vector, o, []);
    map.r = root .* (y - d.y)(measured)(:);
    map.J = [];
    map.forward = @(x) differences (cm, d, o, map.vector, x, root, measured);
    map.backward = @(z) pulled_back (cm, d, o, map, y, z, root, measured);
  endif
endfunction

## of J: 160 MB.
function n = most_numbers ()
  n = 2e7;
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

function y = solution (cm, d, o, x, measured)
  [~, y] = core ("simulate", cm, d, x, o, []);
  y = y(measured)(:);
endfunction

function Jx = differences (cm, d, o, v, x, root, measured)
  Jx = zeros (numel (root), columns (x));
  for k = 1:columns (x)
    h = 1e-3 * (1 + norm (v)) / max (norm (x(:,k)), realmin);
    near = @(c) solution (cm, d, o, v + c * h * x(:,k), measured);
    Jx(:,k) = root .* (8 * (near (0.5) - near (-0.5)) - (near (1) - near (-1))) / (6 * h);
  endfor
endfunction

## The gradient of the mean square of residuals that are z: data that lie z away from the solution.
function g = pulled_back (cm, d, o, map, y, z, root, measured)
  d.y(measured) = y(measured)(:) - z ./ root;
  [~, g] = core ("gradient", cm, d, map.vector, o);
  g *= map.weight / 2;
endfunction
