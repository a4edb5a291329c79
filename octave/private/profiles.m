## SPDX-License-Identifier: GPL-3.0-or-later

## p = profiles (fit, names, r, map, newton, opt): the profile likelihoods of these parameters, p.NAME as hybrid_report describes them. Everything but the
## element that is held is minimised anew: F = r'r/sigma^2 + the precisions' sum P (v - center)^2, the weights' about what they are in the fit. MAP from
## residual_map; NEWTON (at) is the metric of the search with element `at` held.
##
## Every element is followed from the estimate outwards on both sides, each minimum sought from its neighbour's. These paths are independent: they go on
## side by side, and what they need next is computed together, on all processors.

function p = profiles (fit, names, r, map, newton, opt)
  limit = 2 * erfinv (opt.confidence) ^ 2;
  paths = start = struct ("at", {}, "value", {}, "points", {}, "x", {}, "search", {}, "f", {}, "converged", {});
  for name = names
    q = fit.model.params(strcmp (name, {fit.model.params.name}));
    for k = 1:q.rows * q.cols
      at = q.first + k - 1;
      e = point_spacing (r.standard_error.(name{1})(k), r.standard_error_fixed.(name{1})(k), map.vector(at), sqrt (limit), opt.profile_points);
      value = map.vector(at) + e * (-opt.profile_points:opt.profile_points);
      value(value <= map.lower(at) | value >= map.upper(at)) = NaN;
      start(end+1) = struct ("at", at, "value", value, "points", opt.profile_points + 1, "x", map.vector, "search", [], "f", NaN (size (value)), ...
                             "converged", false (size (value)));
    endfor
  endfor
  f = penalised (map, r);
  start = follow (start, f, map, newton, opt, limit);
  for s = start
    paths(end+1) = setfield (s, "points", opt.profile_points + 2:2 * opt.profile_points + 1);
    paths(end+1) = setfield (s, "points", opt.profile_points:-1:1);
  endfor
  paths = follow (paths, f, map, newton, opt, limit);
  p = struct ();
  i = 1;
  for name = names
    p.(name{1}) = struct ("value", [], "rise", [], "interval", [], "limit", limit, "converged", []);
    q = fit.model.params(strcmp (name, {fit.model.params.name}));
    for k = 1:q.rows * q.cols
      p.(name{1}) = with_element (p.(name{1}), k, paths(i), paths(i+1));
      i += 2;
    endfor
  endfor
endfunction

## What is minimised, [f, g] = f (X), at points X (n_v x n) side by side.
function f = penalised (map, r)
  nets = [map.net{:}];
  precision = map.precision;
  precision(nets) = 1 / r.weight_spread ^ 2;
  center = map.center;
  center(nets) = map.vector(nets);
  known = precision > 0;
  f = @(X) values_at (X, map, map.weight / r.sigma ^ 2, known, precision(known), center(known));
endfunction

function [f, g] = values_at (X, map, c, known, precision, center)
  inside = find (all (X > map.lower & X < map.upper & isfinite (X), 1));
  f = Inf (1, columns (X));
  g = zeros (size (X));
  if (isempty (inside))
    return;
  endif
  [loss, slope] = map.losses (X(:,inside));
  away = X(known,inside) - center;
  f(inside) = c * loss + sum (precision .* away .^ 2, 1);
  slope = c * slope;
  slope(known,:) += 2 * precision .* away;
  g(:,inside) = slope;
endfunction

## Each path's points in turn, all paths at once; a point is a search of which x, f and whether it converged are kept.
function paths = follow (paths, f, map, newton, opt, limit)
  free = [map.theta, map.net{:}, map.local];
  for i = 1:numel (paths)
    metric{i} = newton (paths(i).at);
    others{i} = setdiff (free, paths(i).at);
    paths(i) = next_point (paths(i), metric{i}, others{i}, opt, limit);
  endfor
  while (any (going = ! cellfun ("isempty", {paths.search})))
    going = find (going);
    X = [paths(going).x];
    for j = 1:numel (going)
      X(others{going(j)},j) = paths(going(j)).search.at;
    endfor
    [F, G] = f (X);
    for j = 1:numel (going)
      i = going(j);
      q = quasi_newton (paths(i).search, F(j), G(others{i},j));
      paths(i).search = q;
      if (q.done)
        paths(i).x(others{i}) = q.x;
        paths(i).f(paths(i).points(1)) = q.f;
        paths(i).converged(paths(i).points(1)) = q.converged;
        paths(i).points(1) = [];
        paths(i) = next_point (paths(i), metric{i}, others{i}, opt, limit);
      endif
    endfor
  endwhile
endfunction

## A search at the path's next value, from where it is; none when there are no more. Values out of the bounds are NaN.
function path = next_point (path, metric, others, opt, limit)
  path.points(isnan (path.value(path.points))) = [];
  path.search = [];
  if (! isempty (path.points))
    path.x(path.at) = path.value(path.points(1));
    within = @(g) metric (put (zeros (size (path.x)), others, g))(others) / 2;
    path.search = quasi_newton (path.x(others), within, opt.profile_iterations, 1e-3 * limit);
  endif
endfunction

function x = put (x, at, y)
  x(at) = y;
endfunction

function p = with_element (p, k, right, left)
  f = right.f;
  f(isnan (f)) = left.f(isnan (f));
  p.value(k,:) = right.value;
  p.converged(k,:) = right.converged | left.converged;
  p.rise(k,:) = f - min (f);
  p.interval(k,:) = crossing (p.value(k,:), p.rise(k,:), p.limit);
  inside = p.value(k,:) >= p.interval(k,1) & p.value(k,:) <= p.interval(k,2);
  if (! all (p.converged(k,inside)))
    p.interval(k,:) = NaN;
  endif
endfunction

## Where the rise crosses the quantile, by linear interpolation of its square root; infinite where it does not.
function ends = crossing (value, rise, quantile)
  ends = [-Inf, Inf];
  [~, low] = min (rise);
  root = sqrt (max (rise, 0)) - sqrt (quantile);
  for k = low:-1:2
    if (root(k-1) > 0)
      ends(1) = between (value(k-1:k), root(k-1:k));
      break;
    endif
  endfor
  for k = low:numel (value) - 1
    if (root(k+1) > 0)
      ends(2) = between (value(k:k+1), root(k:k+1));
      break;
    endif
  endfor
endfunction

function x = between (value, root)
  if (isinf (root(1)) || isinf (root(2)))
    x = value(isinf (root));
  else
    x = value(1) - root(1) * (value(2) - value(1)) / (root(2) - root(1));
  endif
endfunction
