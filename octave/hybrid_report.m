## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{r} =} hybrid_report (@var{fit}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{r} =} hybrid_report (@var{fit}, @var{data}, @var{name}, @var{value}, @dots{})
## May I believe the parameters of this fit?  Is the physics used, are the parameters identifiable while the networks are free, how sharp is the minimum.
##
## @var{fit} comes from @code{hybrid_train}; @var{data} is the data set to judge by (default: that of the training).
##
## @strong{Use of the physics}, @code{r.use}: @code{network}, the networks' share of the law (right-hand side; algebraic: output) along the model's solutions, from 0
## to 1, and @code{physics}, the rest; @code{correlation} of the two (cosine of their values over time; 0: they do different work); @code{error}, the
## root of the mean squared residual, @code{error_physics} with 0 in the law for all networks, @code{error_network} with the networks alone; and what
## they are made of, @code{trajectory} and @code{t} (1 x N), @code{x} (n_x x N), @code{f_physics}, @code{f_network} (one row for each of
## @code{components}).
##
## @strong{Identifiability}, from the Jacobian J of the residuals: the data are taken as the model plus noise of standard deviation @var{sigma}, linearised at the fit,
## while every weight of a network may move by @qcode{"weight_spread"}.  @code{r.standard_error.NAME}, @code{r.interval.NAME} (numel x 2) and
## @code{r.identifiable.NAME} hold with the networks free, @code{r.standard_error_fixed.NAME} with the networks held as they are.  A parameter is called
## identifiable when its standard error with the networks free is at most @qcode{"relative"} of its size.  @code{r.step.NAME} is what one step of Gauss and Newton would
## change: a fit that was not trained to the end, or by SAM, is not at the least squares that the standard errors are about, and the interval and the criterion
## reach over the step as well.  @code{r.information} and
## @code{r.information_fixed} are the matrices, theta in the order @code{r.names}; @code{r.directions} has the relative changes of theta that the data
## determine least first (@code{change}, @code{standard_error}, relative both, @code{determined}); @code{r.sigma}, @code{r.weight_spread}, @code{r.gamma} (the
## number of weights that the data determine), @code{r.dof} (of all values).
##
## The standard errors know of no error of the model's form, and of no penalty.  A network that is free is one that could have been trained otherwise: methods
## that prefer simple networks (SAM) can find theta where the report says that the data alone do not determine it.
##
## @strong{Sharpness}, @code{r.sharpness}: of the mean squared residual f over weights and parameters, without penalty: @code{nets} and @code{all}, the largest
## eigenvalues of the Hessian in the weights and in everything; @code{trace} and @code{trace_error} of the weights' block (Hutchinson's estimate and its
## standard error); @code{rho} and @code{rise}, the largest f(w + e) - f(w) found by ascent over |e| <= rho in the weights.
##
## @strong{Profile likelihood}, on demand, @code{r.profile.NAME}: @code{value} and @code{rise} (elements x points), by how much r'r/sigma^2 grows when the parameter is held at a
## value and all else is fitted again (weights and values with a prior at the price of leaving where they are: ((w - w_fit)/spread)^2); @code{interval}
## (elements x 2), where that stays below @code{limit}, the quantile of chi-square, an end that the points do not reach is infinite; @code{converged}: not all minima
## may be found in @qcode{"profile_iterations"}, and then the interval is NaN.
##
## @strong{Landscape}, on demand, @code{r.landscape.NAME}: @code{loss}, the mean squared residual on a grid of the parameter's @code{value} (elements x n) and the
## @code{distance} (1 x m, up to the largest @qcode{"rho"}) along the sharpest direction of the weights, all else as in the fit (n x m x elements).
##
## @code{r.sentences} (cell) says it in words.
##
## Options:
##
## @table @asis
## @item @qcode{"sigma"}, @var{number}
## Standard deviation of the noise of a residual (measurement of weight 1, divided by its scale).  Default: estimated, sigma^2 = r'r/(N - dof).
## @item @qcode{"weight_spread"}, @var{number}
## By how much each weight may move (standard deviation).  Default: estimated from the size of the weights and how many of them the data determine,
## spread^2 = phi'phi/gamma (MacKay 1992, Neural Computation 4, 448).  Inf: anything.
## @item @qcode{"relative"}, @var{number}
## The criterion of identifiable (default 0.1).
## @item @qcode{"confidence"}, @var{number}
## Of the intervals (default 0.95).
## @item @qcode{"profile"}, @{NAMES@}
## Parameters whose profile likelihood is computed (default none).
## @item @qcode{"profile_points"}, @var{n}; @qcode{"profile_iterations"}, @var{n}
## Points on each side (default 4); most steps (L-BFGS) of the minimisation at each (default 100).
## @item @qcode{"landscape"}, @{NAMES@}; @qcode{"landscape_points"}, @var{n}
## Parameters whose landscape is computed (default none); points on each side (default 10).
## @item @qcode{"sharpness"}, true | false
## Default true.
## @item @qcode{"rho"}, @var{numbers}
## Radii of the rise (default 0.05, 0.1, 0.2, 0.5).
## @item @qcode{"display"}, @qcode{"final"} | @qcode{"off"}
## Print the sentences.
## @end table
##
## @example
## fit = hybrid_train (model, data, "iterations", 100, "display", "off");
## r = hybrid_report (fit);
## if (r.identifiable.w2) disp (r.interval.w2); end
## @end example
##
## Errors: @code{hybridsam:report:*}, @code{hybridsam:option:*}, @code{hybridsam:data:*}, @code{hybridsam:values:*}, @code{hybridsam:solve:unsolved}.
## @seealso{hybrid_train, hybrid_sweep, hybrid_compare, hybrid_plot}
## @end deftypefn

function r = hybrid_report (fit, varargin)
  if (nargin < 1)
    error ("hybridsam:report:usage", "hybrid_report: a fit is needed, as hybrid_train gives");
  endif
  check_fit (fit);
  data = fit.data;
  if (numel (varargin) && ! ischar (varargin{1}))
    data = varargin{1};
    varargin(1) = [];
  endif
  check_data ("hybrid_report", "report", data);
  defaults = struct ("sigma", [], "weight_spread", [], "relative", 0.1, "confidence", 0.95, "profile", {{}}, "profile_points", 4, ...
                     "profile_iterations", 100, "sharpness", true, "rho", [0.05 0.1 0.2 0.5], "landscape", {{}}, "landscape_points", 10, "display", "final");
  opt = check_options (parse_options ("hybrid_report", defaults, varargin{:}), fit.model);
  solver = solver_options (fit.options);
  map = residual_map ("hybrid_report", fit.model, data, fit.values, solver, fit_scale (fit));
  if (map.n < 2)
    error ("hybridsam:report:data", "hybrid_report: the data have %d measured entry, too few to judge by", map.n);
  endif
  r = struct ("type", "hybrid_report", "names", {element_names(fit.model.params)(map.theta)}, "theta", map.vector(map.theta));
  r.use = use_of_physics (fit, data, map, solver);
  [r, newton] = identifiability (r, fit, map, opt);
  if (opt.sharpness)
    r.sharpness = sharpness (map, opt.rho);
  endif
  r.profile = profiles (fit, opt.profile, r, map, newton, opt);
  r.landscape = struct ();
  for name = opt.landscape
    r.landscape.(name{1}) = landscape (fit, name{1}, r, map, opt);
  endfor
  r.sentences = sentences (r, fit.model, opt);
  if (strcmp (opt.display, "final"))
    printf ("%s\n", r.sentences{:});
  endif
endfunction

## ---- checks

function check_fit (fit)
  needed = {"model", "values", "options", "data", "info", "params"};
  if (! isstruct (fit) || ! isscalar (fit) || ! all (isfield (fit, needed)) || ! isstruct (fit.options) || ! isfield (fit.info, "scale"))
    error ("hybridsam:report:fit", "hybrid_report: FIT must come from hybrid_train, got %s", short_text (fit));
  endif
  check_model ("hybrid_report", "report", fit.model);
endfunction

function opt = check_options (opt, model)
  positive = @(x) isnumeric (x) && isreal (x) && isscalar (x) && x > 0;
  check_option ("sigma", opt.sigma, "a finite number > 0", @(x) isempty (x) || (positive (x) && isfinite (x)));
  check_option ("weight_spread", opt.weight_spread, "a number > 0", @(x) isempty (x) || positive (x));
  check_option ("relative", opt.relative, "a number > 0", positive);
  check_option ("confidence", opt.confidence, "a number between 0 and 1", @(x) positive (x) && x < 1);
  check_option ("profile_points", opt.profile_points, "a whole number >= 1", @(x) positive (x) && x == fix (x) && x <= 1000);
  check_option ("profile_iterations", opt.profile_iterations, "a whole number >= 1", @(x) positive (x) && x == fix (x) && isfinite (x));
  check_option ("sharpness", opt.sharpness, "true or false", @(x) isequal (x, true) || isequal (x, false));
  check_option ("rho", opt.rho, "finite numbers > 0", @(x) isnumeric (x) && isreal (x) && all (isfinite (x(:)) & x(:) > 0));
  check_option ("display", opt.display, "final or off", @(x) ischar (x) && any (strcmp (x, {"final", "off"})));
  check_option ("landscape_points", opt.landscape_points, "a whole number >= 1", @(x) positive (x) && x == fix (x) && x <= 1000);
  known = {model.params(! [model.params.fixed]).name};
  expected = sprintf ("names of parameters that are fitted and shared by all trajectories (%s)", strjoin (known, ", "));
  names = @(x) isempty (x) || ((ischar (x) || iscellstr (x)) && all (ismember (cellstr (x), known)));
  check_option ("profile", opt.profile, expected, names);
  check_option ("landscape", opt.landscape, expected, names);
  opt.profile = list_of (opt.profile);
  opt.landscape = list_of (opt.landscape);
endfunction

function list = list_of (names)
  list = {};
  if (! isempty (names))
    list = cellstr (names)(:)';
  endif
endfunction

function check_option (what, value, expected, good)
  if (! good (value))
    error (["hybridsam:report:" what], "hybrid_report: \"%s\" must be %s, got %s", what, expected, short_text (value));
  endif
endfunction

## ---- the use of the physics

function use = use_of_physics (fit, data, map, solver)
  use = struct ("network", NaN, "physics", NaN, "correlation", NaN, "error", sqrt (sumsq (map.r) / map.weight), "error_physics", NaN, "error_network", NaN, ...
                "trajectory", [], "t", [], "x", [], "components", {{}}, "f_physics", [], "f_network", []);
  if (! fit.model.trace)
    return;
  endif
  law = law_along (fit.model, data, fit.values, solver);
  use.network = law.share;
  use.physics = 1 - law.share;
  use.trajectory = law.trajectory;
  use.t = law.t;
  use.components = fit.model.outputs;
  if (! isempty (fit.model.functions.rhs))
    use.components = element_names (fit.model.states);
  endif
  use.x = law.x;
  law.physics = law.physics(1:numel (use.components),:);  # without those of single trajectories' parameters, which are 0
  law.network = law.network(1:numel (use.components),:);
  use.f_physics = law.physics;
  use.f_network = law.network;
  reached = any (law.network != 0, 2);
  a = law.physics(reached,:)(:);
  b = law.network(reached,:)(:);
  if (norm (a) > 0 && norm (b) > 0)
    use.correlation = a' * b / (norm (a) * norm (b));
  endif
  if (any (reached))
    use.error_physics = part_error (fit, data, "physics", solver);
    use.error_network = part_error (fit, data, "network", solver);
  endif
endfunction

## Inf where that part alone cannot be solved.
function e = part_error (fit, data, part, solver)
  e = Inf;
  try
    [~, ~, info] = hybrid_gradient (law_part (fit.model, part), data, fit.values, solver{:}, "scale", fit_scale (fit));
    e = sqrt (info.data_loss);
  catch err
    unsolved_only (err);
  end_try_catch
endfunction

## ---- identifiability

function [r, newton] = identifiability (r, fit, map, opt)
  if (isinf (opt.weight_spread) && isempty (map.J))
    error ("hybridsam:report:weight_spread", "hybrid_report: \"weight_spread\" Inf needs the whole Jacobian, which is too large here (%d x %d); give a number", map.n, numel (map.vector));
  endif
  s = information (map, opt.sigma, opt.weight_spread);
  [cov, r.directions] = uncertainty (s.free, s.fixed, r.theta, opt.relative);
  cov_fixed = uncertainty (s.fixed, s.fixed, r.theta, opt.relative);
  r.sigma = s.sigma;
  r.dof = s.dof;
  r.information = s.free;
  r.information_fixed = s.fixed;
  r.weight_spread = s.spread;
  r.gamma = s.gamma;
  newton = s.newton;
  quantile = sqrt (2) * erfinv (opt.confidence);
  error_free = sqrt (diag (cov));
  identified = error_free <= opt.relative * abs (r.theta) & abs (s.step) <= opt.relative * abs (r.theta);
  r.standard_error = by_name (fit.model, map.theta, error_free, NaN);
  r.standard_error_fixed = by_name (fit.model, map.theta, sqrt (diag (cov_fixed)), NaN);
  r.identifiable = by_name (fit.model, map.theta, identified, false);
  r.step = by_name (fit.model, map.theta, s.step, 0);
  r.interval = struct ();
  for q = fit.model.params
    e = quantile * r.standard_error.(q.name)(:);
    step = r.step.(q.name)(:);
    r.interval.(q.name) = fit.values.params.(q.name)(:) + [min(step, 0) - e, max(step, 0) + e];
  endfor
endfunction

## Values of the fitted elements as a struct of the parameters' shapes; REST for the fixed ones.
function s = by_name (model, at, values, rest)
  s = struct ();
  n = sum ([0, [model.params.rows] .* [model.params.cols]]);
  all = repmat (rest, n, 1);
  all(at) = values;
  for q = model.params
    s.(q.name) = reshape (all(q.first:q.first + q.rows * q.cols - 1), q.rows, q.cols);
  endfor
endfunction

## Inverse of an information matrix, Inf on the diagonal where a direction is not determined at all, 1e-12 of what it would be with the networks held FIXED; the
## directions by relative change, least determined first.
function [cov, directions] = uncertainty (information, fixed, theta, relative)
  n = numel (theta);
  d = abs (theta);
  d(d == 0) = 1;
  [V, L] = eig (d .* information .* d');
  lambda = diag (L);
  none = lambda <= max ([d .* diag(fixed) .* d; realmin]) * 1e-12;
  lambda(none) = 0;
  variance = 1 ./ lambda;
  part = V .^ 2;
  part(part < 1e-12) = 0;
  sum_of = @(i) sum (part(i,part(i,:) > 0)' .* variance(part(i,:) > 0));
  cov = diag (d .^ 2 .* arrayfun (sum_of, (1:n)'));
  directions = struct ("change", {}, "standard_error", {}, "determined", {});
  [~, order] = sort (lambda);
  for j = order(:)'
    directions(end+1) = struct ("change", V(:,j), "standard_error", sqrt (variance(j)), "determined", sqrt (variance(j)) <= relative);
  endfor
endfunction

## ---- sharpness

function s = sharpness (map, radii)
  nets = [map.net{:}];
  everything = [map.theta, nets, map.local];
  s = struct ("nets", [], "all", [], "trace", 0, "trace_error", 0, "rho", radii(:)', "rise", zeros (1, numel (radii)));
  s.all = top_eigenvalues (@(x) hessian_product (map, everything, x), numel (everything), 5);
  if (isempty (nets))
    return;
  endif
  [s.nets, V] = top_eigenvalues (@(x) hessian_product (map, nets, x), numel (nets), 5);
  probes = min (20, 4 * numel (nets));
  z = 2 * (reshape (counter_random (3, 1, probes * numel (nets)), numel (nets), probes) > 0.5) - 1;
  each = arrayfun (@(k) z(:,k)' * hessian_product (map, nets, z(:,k)), 1:probes);
  s.trace = mean (each);
  s.trace_error = std (each) / sqrt (probes);
  f = map.loss (map.vector);
  s.rise = largest_rises (map, nets, V(:,1), f, s.rho);
endfunction

## Ascent on spheres from the sharpest direction, both ways, all side by side.
function rise = largest_rises (map, at, direction, f, radii)
  rho = [radii, radii];
  E = direction * [radii, -radii];
  most = zeros (size (rho));
  for k = 1:10
    X = repmat (map.vector, 1, numel (rho));
    X(at,:) += E;
    [value, g] = map.losses (X);
    most = max (most, value - f);
    g = g(at,:);
    size_of = sqrt (sumsq (g, 1));
    on = size_of > 0;
    E(:,on) = rho(on) .* g(:,on) ./ size_of(on);
  endfor
  rise = max (most(1:end/2), most(end/2+1:end));
endfunction

## ---- landscape

## The mean squared residual over one parameter and the sharpest direction of the weights, all else as in the fit.
function l = landscape (fit, name, r, map, opt)
  q = fit.model.params(strcmp (name, {fit.model.params.name}));
  nets = [map.net{:}];
  n = opt.landscape_points;
  l = struct ("value", [], "distance", 0, "loss", []);
  direction = zeros (numel (map.vector), 1);
  if (! isempty (nets))
    [~, direction(nets)] = top_eigenvalues (@(x) hessian_product (map, nets, x), numel (nets), 1);
    l.distance = max (opt.rho) * (-n:n) / n;
  endif
  quantile = sqrt (2) * erfinv (opt.confidence);
  for k = 1:q.rows * q.cols
    at = q.first + k - 1;
    e = point_spacing (r.standard_error.(name)(k), r.standard_error_fixed.(name)(k), map.vector(at), quantile, n);
    l.value(k,:) = map.vector(at) + e * (-n:n);
    for i = 1:2 * n + 1
      X = map.vector + direction * l.distance;
      X(at,:) = l.value(k,i);
      inside = all (X > map.lower & X < map.upper, 1);
      l.loss(i,:,k) = Inf (1, columns (X));
      if (any (inside))
        l.loss(i,inside,k) = map.losses (X(:,inside));
      endif
    endfor
  endfor
endfunction

## ---- words

function list = sentences (r, model, opt)
  list = use_sentences (r.use);
  free = vector_of (r.standard_error, model);
  at = ! isnan (free);
  of_fitted = @(s) vector_of (s, model)(at,:);
  each = [r.theta, free(at), of_fitted(r.standard_error_fixed), of_fitted(r.identifiable), of_fitted(r.step), of_fitted(r.interval)];
  for k = 1:numel (r.theta)
    list = [list, parameter_sentences(r.names{k}, num2cell (each(k,:)){:}, ! isempty (model.nets), opt)];
  endfor
  list = [list, direction_sentence(r), profile_sentences(r)];
  if (isfield (r, "sharpness") && ! isempty (r.sharpness.nets))
    list{end+1} = sprintf ("Sharpness: the largest eigenvalue of the Hessian in the weights is %.3g, its trace %.3g; within %g of the weights the mean squared residual rises by up to %.3g.", ...
                           r.sharpness.nets(1), r.sharpness.trace, r.sharpness.rho(1), r.sharpness.rise(1));
  endif
endfunction

function list = use_sentences (use)
  list = {};
  if (isnan (use.network))
    list{1} = "The law is not traced: what physics and networks do in it is not told apart.";
  elseif (isnan (use.error_physics))
    list{1} = "The law calls no network.";
  else
    list{1} = sprintf ("The networks make %.0f %% of the law (correlation with the physics %.2f). Root mean squared residual %.3g; without the networks %.3g, without the physics %.3g.", ...
                       100 * use.network, use.correlation, use.error, use.error_physics, use.error_network);
  endif
endfunction

## One row an element; intervals have two columns.
function v = vector_of (s, model)
  v = [];
  for q = model.params
    v = [v; reshape(s.(q.name), q.rows * q.cols, [])];
  endfor
endfunction

function list = parameter_sentences (name, theta, free, fixed, identified, step, low, high, has_nets, opt)
  wide = @(e) sprintf ("%.2g (%.2g %%)", e, 100 * e / abs (theta));
  named = sprintf ("%s = %.5g", name, theta);
  if (identified)
    text = sprintf ("%s is identifiable: %g %% interval [%.5g, %.5g]", named, 100 * opt.confidence, low, high);
    if (has_nets)
      text = [text, sprintf(" with the networks free; standard error %s, %s with them held fixed", wide (free), wide (fixed))];
    endif
  elseif (free <= opt.relative * abs (theta))
    text = sprintf ("%s is not to be believed yet: the fit is too far from the least squares", named);
  elseif (has_nets && fixed <= opt.relative * abs (theta))
    text = sprintf ("%s is not identifiable: the networks can imitate it. Standard error %s with them free, %s with them held fixed", named, wide (free), wide (fixed));
  else
    text = sprintf ("%s is not identifiable%s: standard error %s", named, {"", ", even with the networks held fixed"}{1 + has_nets}, wide (fixed));
  endif
  list = {[text, "."]};
  if (abs (step) > free)
    list{2} = sprintf ("A Gauss-Newton step would change %s by %.2g, %.1f standard errors: the fit was not trained to the end, or not for the least squares.", name, step, abs (step) / free);
  endif
endfunction

## The one direction that is not determined, in words, where it takes several parameters.
function list = direction_sentence (r)
  list = {};
  loose = find (! [r.directions.determined]);
  if (numel (loose) != 1 || numel (r.theta) < 2)
    return;
  endif
  c = r.directions(loose).change;
  taking = find (abs (c) > 0.1 * max (abs (c)));
  if (numel (taking) == 2)
    exponent = -c(taking(2)) / c(taking(1));  # a^1 b^k stays when da/a + k db/b = 0
    list{1} = sprintf ("Only %s is determined.", product_of (r.names(taking), 1 / exponent));
  elseif (numel (taking) > 2)
    list{1} = sprintf ("Relative changes of %s together, in the proportions %s, are not determined.", strjoin (r.names(taking), ", "), ...
                       strjoin (arrayfun (@(x) sprintf ("%.2g", x), c(taking)' / max (abs (c)), "UniformOutput", false), " : "));
  endif
endfunction

function list = profile_sentences (r)
  list = {};
  for name = fieldnames (r.profile)'
    p = r.profile.(name{1});
    for k = 1:rows (p.value)
      if (isnan (p.interval(k,1)))
        list{end+1} = sprintf ("The profile likelihood of %s was not minimised to the end at %d of %d points; more \"profile_iterations\" may do it.", name{1}, ...
                               nnz (! p.converged(k,:) & ! isnan (p.value(k,:))), nnz (! isnan (p.value(k,:))));
      else
        list{end+1} = sprintf ("The profile likelihood of %s stays below its limit in [%.5g, %.5g].", name{1}, p.interval(k,:));
      endif
    endfor
  endfor
endfunction

## "a*b", "a/b", "a*b^0.5": what stays when a^1 b^k stays.
function text = product_of (names, k)
  if (abs (k - 1) < 0.05)
    text = sprintf ("%s*%s", names{:});
  elseif (abs (k + 1) < 0.05)
    text = sprintf ("%s/%s", names{:});
  else
    text = sprintf ("%s*%s^(%.2g)", names{:}, k);
  endif
endfunction

%!shared model, data, fit, t
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5, "c", struct ("start", 0.1, "fixed", true)), "nets", struct ("f", hybrid_net ([2 4 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - p.c*x.p + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)]));
%! fit = hybrid_train (model, data, "iterations", 50, "solver", "rk4", "display", "off");
%!test  # the parts of a report, and what it prints
%! text = evalc ("r = hybrid_report (fit);");
%! assert (text, sprintf ("%s\n", r.sentences{:}));
%! assert (r.names, {"w2"});
%! assert (size (r.use.f_physics), [2 14]);
%! assert (r.use.components, {"q", "p"});
%! assert (norm (r.use.f_network(1,:)), 0);
%! assert (r.use.trajectory, [ones(1, 7), 2 * ones(1, 7)]);
%! assert (size (r.sharpness.rise), [1 4]);
%!test  # other data, and a law without networks
%! r = hybrid_report (fit, hybrid_data (t, [cos(t), -sin(t)]), "display", "off", "sharpness", false);
%! assert (columns (r.use.t), 7);
%! assert (! isfield (r, "sharpness"));
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! r = hybrid_report (hybrid_train (m, hybrid_data (t, exp (-t)), "iterations", 5, "display", "off"), "sigma", 0.1, "display", "off");
%! assert (r.standard_error, r.standard_error_fixed);
%!test  # the landscape is the loss, and has the curvature of the sharpest direction
%! r = hybrid_report (fit, "landscape", "w2", "landscape_points", 2, "rho", 0.01, "display", "off");
%! l = r.landscape.w2;
%! assert (size (l.loss), [5 5]);
%! v = fit.values;
%! v.params.w2 = l.value(4);
%! assert (l.loss(4,3), hybrid_gradient (model, data, v, "solver", "rk4"), 1e-14);
%! assert ((l.loss(3,4) - 2 * l.loss(3,3) + l.loss(3,2)) / diff (l.distance(3:4)) ^ 2, r.sharpness.nets(1), 1e-3 * r.sharpness.nets(1));
%!test  # a solution that does not exist without the physics
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 8), "nets", struct ("f", hybrid_net ([1 1])), "rhs", @(t, x, u, p, nn) -p.k * x.x + nn.f(x.x));
%! f = hybrid_train (m, hybrid_data (t, exp (-t)), "iterations", 3, "display", "off");
%! f.values.nets.f = struct ("W", {{400}}, "b", {{0}});
%! f.values.params.k = 401;
%! r = hybrid_report (f, "display", "off", "sharpness", false);
%! assert (r.use.error_network, Inf);
%!error id=hybridsam:report:usage hybrid_report ()
%!error id=hybridsam:report:fit hybrid_report (3)
%!error id=hybridsam:report:fit hybrid_report (model)
%!error id=hybridsam:report:model hybrid_report (setfield (fit, "model", struct ()))
%!error id=hybridsam:report:data hybrid_report (fit, 3)
%!error id=hybridsam:report:data hybrid_report (fit, hybrid_data ([0; 1], [1 0; 1 NaN]))
%!error id=hybridsam:report:sigma hybrid_report (fit, "sigma", 0)
%!error id=hybridsam:report:sigma hybrid_report (fit, "sigma", "large")
%!error id=hybridsam:report:weight_spread hybrid_report (fit, "weight_spread", -1)
%!error id=hybridsam:report:relative hybrid_report (fit, "relative", [])
%!error id=hybridsam:report:confidence hybrid_report (fit, "confidence", 1)
%!error id=hybridsam:report:profile hybrid_report (fit, "profile", "w3")
%!error id=hybridsam:report:profile hybrid_report (fit, "profile", {"c"})
%!error id=hybridsam:report:profile hybrid_report (fit, "profile", 3)
%!error id=hybridsam:report:profile_points hybrid_report (fit, "profile_points", 0.5)
%!error id=hybridsam:report:profile_iterations hybrid_report (fit, "profile_iterations", Inf)
%!error id=hybridsam:report:landscape hybrid_report (fit, "landscape", "c")
%!error id=hybridsam:report:landscape hybrid_report (fit, "landscape", 3)
%!error id=hybridsam:report:landscape_points hybrid_report (fit, "landscape_points", 0)
%!error id=hybridsam:report:sharpness hybrid_report (fit, "sharpness", "no")
%!error id=hybridsam:report:rho hybrid_report (fit, "rho", 0)
%!error id=hybridsam:report:display hybrid_report (fit, "display", "loud")
%!error id=hybridsam:option:unknown hybrid_report (fit, "sigmas", 3)
