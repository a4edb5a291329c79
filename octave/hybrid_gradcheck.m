## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{report} =} hybrid_gradcheck (@var{model}, @var{data}, @var{v})
## @deftypefnx {} {@var{report} =} hybrid_gradcheck (@var{model}, @var{data}, @var{v}, @var{name}, @var{value}, @dots{})
## Prove the gradients of a model: every engine against tight finite differences.
##
## For each parameter, each network and the estimated initial states the derivative of the loss is compared with 4-point differences, coordinate by coordinate (a seeded
## choice of them in large blocks) and along one random direction of the block.  The error of a block is the largest deviation divided by the
## largest entry of its gradient; or by the smallest that differences can
## see beside the rounding of the loss, where the gradient is smaller.  Engines:
##
## @table @asis
## @item @qcode{"rk4"}
## the discrete adjoint, against differences of the same rk4 loss; tolerance 1e-8
## @item @qcode{"dopri5"}
## the discrete adjoint of adaptive steps at @qcode{"rtol"} (1e-8), against differences at rtol 1e-12; tolerance 1e-5
## @item @qcode{"cvode"}
## the adjoint on CVODES at @qcode{"rtol"} (1e-8), against differences at rtol 1e-12; tolerance 1e-5
## @item @qcode{"sensitivities"}
## forward sensitivities of the parameters, where the outputs are the states; tolerance 1e-5
## @end table
##
## Algebraic models have one engine, @qcode{"algebraic"}, tolerance 1e-8.
##
## Options: @qcode{"engines"} (cell array, default all), @qcode{"step"} (rk4), @qcode{"rtol"}, @qcode{"atol"} (1e-10),
## @qcode{"cvode_method"} (auto), @qcode{"coordinates"} (12 a block, Inf: all), @qcode{"gradient"} (a function @code{g = f (v)} of your own that is checked
## in place of the adjoints), @qcode{"display"} (true: print the table).
##
## @var{report}: @code{table} (struct array with @code{engine}, @code{block}, @code{error}, @code{largest}), @code{worst.ENGINE},
## @code{passed}.
##
## @example
## report = hybrid_gradcheck (model, data, hybrid_values (model));
## report.passed
## @end example
##
## Errors: @code{hybridsam:gradcheck:*}, and those of @code{hybrid_gradient}.
## @seealso{hybrid_gradient, hybrid_simulate}
## @end deftypefn

function report = hybrid_gradcheck (model, data, v, varargin)
  if (nargin < 3)
    error ("hybridsam:gradcheck:usage", "hybrid_gradcheck: a model, a data set and values are needed");
  endif
  check_model ("hybrid_gradcheck", "gradcheck", model);
  check_data ("hybrid_gradcheck", "gradcheck", data);
  defaults = struct ("engines", {{}}, "step", 0, "rtol", 1e-8, "atol", 1e-10, "cvode_method", "auto", "coordinates", 12, "gradient", [], ...
                     "display", true);
  opt = parse_options ("hybrid_gradcheck", defaults, varargin{:});
  check_options (opt);
  [cm, ~, layout] = core_problem ("hybrid_gradcheck", model, data, true);
  layout.fixed = logical (cm.fixed);
  opt.floor = smallest_seen (data);
  core_options ("hybrid_gradcheck", "g", model, layout, "step", opt.step, "rtol", opt.rtol, "atol", opt.atol, "cvode_method", opt.cvode_method);
  vector = values_pack ("hybrid_gradcheck", model, v, layout);
  report = struct ("table", struct ("engine", {}, "block", {}, "error", {}, "largest", {}), "worst", struct (), "passed", true);
  for name = engines_of (model, opt)
    [g, loss, tolerance] = engine (name{1}, model, data, v, layout, opt);
    rows = check_blocks (name{1}, model, layout, vector, g, loss, opt);
    report.table = [report.table, rows];
    report.worst.(name{1}) = max ([rows.error]);
    report.passed &= all ([rows.error] <= tolerance);
  endfor
  if (opt.display)
    show (report);
  endif
endfunction

function check_options (opt)
  if (! isscalar (opt.coordinates) || ! isnumeric (opt.coordinates) || ! (opt.coordinates >= 1))
    error ("hybridsam:gradcheck:option", "hybrid_gradcheck: \"coordinates\" must be a number >= 1, got %s", short_text (opt.coordinates));
  endif
  if (! (isempty (opt.engines) || ischar (opt.engines) || iscellstr (opt.engines)))
    error ("hybridsam:gradcheck:option", "hybrid_gradcheck: \"engines\" must be a cell array of names, got %s", short_text (opt.engines));
  endif
  if (! (islogical (opt.display) || isnumeric (opt.display)) || ! isscalar (opt.display) || ! isfinite (opt.display))
    error ("hybridsam:gradcheck:option", "hybrid_gradcheck: \"display\" must be true or false, got %s", short_text (opt.display));
  endif
  if (! isempty (opt.gradient) && ! is_function_handle (opt.gradient))
    error ("hybridsam:gradcheck:option", "hybrid_gradcheck: \"gradient\" must be a function handle g = f (v), got %s", short_text (opt.gradient));
  endif
endfunction

function names = engines_of (model, opt)
  if (isempty (model.functions.rhs))
    known = {"algebraic"};
  elseif (isempty (model.functions.output) && ! isempty (model.params))
    known = {"rk4", "dopri5", "cvode", "sensitivities"};
  else
    known = {"rk4", "dopri5", "cvode"};
  endif
  names = known;
  if (! isempty (opt.engines))
    names = cellstr (opt.engines)(:)';
    bad = setdiff (names, known);
    if (! isempty (bad))
      error ("hybridsam:gradcheck:option", "hybrid_gradcheck: \"engines\" for this model are %s, got %s", strjoin (known, ", "), bad{1});
    endif
  endif
endfunction

## The gradient to be checked (n_v x 1; NaN where the engine gives none), the loss it should belong to, and the tolerance.
function [g, loss, tolerance] = engine (name, model, data, v, layout, opt)
  tight = {"rtol", 1e-12, "atol", 1e-14, "cvode_method", opt.cvode_method};
  own = {"rtol", opt.rtol, "atol", opt.atol, "cvode_method", opt.cvode_method};
  tolerance = 1e-5;
  if (strcmp (name, "dopri5"))
    tight = [{"solver", "dopri5"}, tight];
    own = [{"solver", "dopri5"}, own];
  endif
  if (any (strcmp (name, {"rk4", "algebraic"})))
    own = tight = {"solver", "rk4", "step", opt.step};
    tolerance = 1e-8;
  endif
  loss = @(vector) hybrid_gradient (model, data, values_unpack (model, vector, layout), tight{:});
  if (! isempty (opt.gradient))
    g = values_pack ("hybrid_gradcheck", model, opt.gradient (v), layout);
  elseif (strcmp (name, "sensitivities"))
    g = by_sensitivities (model, data, v, layout, own);
  else
    [~, g] = hybrid_gradient (model, data, v, own{:});
    g = values_pack ("hybrid_gradcheck", model, g, layout);
  endif
endfunction

## dL/dp = sum 2 w (x - y) dx/dp / sum w, for the parameters that all trajectories share and that have no prior.
function g = by_sensitivities (model, data, v, layout, options)
  g = NaN (layout.n, 1);
  sol = hybrid_simulate (model, data, v, options{:}, "sensitivities", {model.params.name});
  d = core_data ("hybrid_gradcheck", model, data, true, layout);
  y = d.y';
  w = ! isnan (y);
  if (! isempty (d.weight))
    w = w .* d.weight';
  endif
  first = cumsum ([1, d.count(:)'])(1:end-1);
  if (! isempty (d.skip_first))
    w(first(logical (d.skip_first)),:) = 0;
  endif
  y(isnan (y)) = 0;
  x = rows_of (sol.x);
  for q = model.params
    if (any (isfinite (q.prior_spread(:))))
      continue;
    endif
    s = sol.dx_dp.(q.name);
    for j = 1:q.rows * q.cols
      sj = rows_of (slice (s, j));
      g(q.first + j - 1) = sum ((2 * w .* (x - y) .* sj)(:)) / sum (w(:));
    endfor
  endfor
endfunction

function s = slice (s, j)
  if (iscell (s))
    s = cellfun (@(a) a(:,:,1,j), s, "UniformOutput", false);
  else
    s = s(:,:,:,j);
  endif
endfunction

function r = rows_of (a)
  if (iscell (a))
    r = vertcat (a{:});
  else
    r = reshape (permute (a, [1 3 2]), [], size (a, 2));
  endif
endfunction

function rows = check_blocks (name, model, layout, vector, g, loss, opt)
  rows = struct ("engine", {}, "block", {}, "error", {}, "largest", {});
  g(layout.fixed) = NaN;
  for q = model.params
    rows = add_block (rows, name, q.name, q.first:q.first + q.rows * q.cols - 1, vector, g, loss, opt, 1e-3);
  endfor
  for q = model.nets
    rows = add_block (rows, name, q.name, q.first:q.first + q.net.n_weights - 1, vector, g, loss, opt);
  endfor
  for q = model.own
    at = layout.own + (q.first:q.first + q.rows * q.cols - 1)' + layout.n_own * (0:layout.units - 1);
    rows = add_block (rows, name, q.name, at(:)', vector, g, loss, opt, 1e-3);
  endfor
  if (layout.estimated)
    rows = add_block (rows, name, "initial", layout.x0_first+1:layout.n, vector, g, loss, opt);
  endif
endfunction

## Differences step in proportion to a value, or to LEAST where it is smaller: a parameter of 0.01 is one, a weight of 0.01 is a small number.
function rows = add_block (rows, name, block, at, vector, g, loss, opt, least = 1)
  at = at(! isnan (g(at)));
  if (isempty (at))
    return;
  endif
  n = numel (at);
  chosen = at;
  if (n > opt.coordinates)
    [~, order] = sort (counter_random (1, at(1), n));
    chosen = at(order(1:opt.coordinates));
  endif
  deviation = zeros (1, numel (chosen) + 1);
  for k = 1:numel (chosen)
    e = zeros (numel (vector), 1);
    e(chosen(k)) = 1;
    deviation(k) = abs (difference (loss, vector, e, max (least, abs (vector(chosen(k))))) - g(chosen(k)));
  endfor
  e = zeros (numel (vector), 1);
  e(at) = 2 * counter_random (2, at(1), n) - 1;
  e /= norm (e);
  deviation(end) = abs (difference (loss, vector, e, max (least, max (abs (vector(at))))) - e' * replace_nan (g));
  rows(end+1) = struct ("engine", name, "block", block, "error", max (deviation) / max (max (abs (g(at))), opt.floor), "largest", max (abs (g(at))));
endfunction

## Derivatives that differences see to nine digits: their error is the rounding of a sum of squares as large as that of the measurements, over the step.
function g = smallest_seen (data)
  y = data.y(! isnan (data.y));
  g = max (1e9 * 10 * eps * mean (y .^ 2) / 5e-4, realmin);
endfunction

function g = replace_nan (g)
  g(isnan (g)) = 0;
endfunction

## 4-point central difference along e.
function d = difference (loss, vector, e, scale)
  h = 5e-4 * scale;
  f = @(k) loss (vector + k * h * e);
  d = (8 * (f (1) - f (-1)) - (f (2) - f (-2))) / (12 * h);
endfunction

function show (report)
  printf ("%-14s %-12s %12s %12s\n", "engine", "block", "error", "|g|");
  for r = report.table
    printf ("%-14s %-12s %12.2e %12.4g\n", r.engine, r.block, r.error, r.largest);
  endfor
  printf ("%s\n", {"NOT all within tolerance", "all within tolerance"}{1 + report.passed});
endfunction

%!shared model, data, v
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5, "c", [0.1; 0.2]), "nets", struct ("f", hybrid_net ([2 4 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - p.c(1)*x.p - p.c(2)*x.q + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data ({t, t(1:5)}, {[cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)](1:5,:)});
%! v = hybrid_values (model);
%!test
%! report = hybrid_gradcheck (model, data, v, "display", false);
%! assert (report.passed);
%! assert (fieldnames (report.worst), {"rk4"; "dopri5"; "cvode"; "sensitivities"});
%!test  # it fails on planted mistakes: sign, factor 2, transpose, a lost broadcast sum
%! [~, g] = hybrid_gradient (model, data, v, "solver", "rk4");
%! check = @(h) hybrid_gradcheck (model, data, v, "display", false, "engines", {"rk4"}, "gradient", @(v) h).passed;
%! assert (check (g));
%! h = g; h.params.w2 = -h.params.w2; assert (! check (h));
%! h = g; h.params.w2 *= 2; assert (! check (h));
%! h = g; h.nets.f.W{1} = reshape (h.nets.f.W{1}', 4, 2); assert (! check (h));
%! h = g; h.nets.f.b{1} = h.nets.f.b{1} / 7; assert (! check (h));
%!test
%! alg = hybrid_model ("inputs", {"a"}, "params", struct ("k", 2), "nets", struct ("f", hybrid_net ([1 3 1])), "output", @(t, x, u, p, nn) p.k * nn.f (u.a));
%! assert (hybrid_gradcheck (alg, hybrid_data ([], [1; 2; 3], "inputs", [0; 1; 2]), hybrid_values (alg), "display", false).passed);
%!test  # a gradient that is zero up to rounding
%! m = hybrid_model ("inputs", {"a"}, "params", struct ("A", [1 2]), "output", @(t, x, u, p, nn) p.A(1));
%! assert (hybrid_gradcheck (m, hybrid_data ([], 1, "inputs", 0), hybrid_values (m), "display", false).passed);
%!error id=hybridsam:gradcheck:usage hybrid_gradcheck ()
%!error id=hybridsam:gradcheck:model hybrid_gradcheck (1, 2, 3)
%!error id=hybridsam:gradcheck:data hybrid_gradcheck (model, 2, 3)
%!error id=hybridsam:gradcheck:option hybrid_gradcheck (model, data, v, "engines", {"rk5"})
%!error id=hybridsam:gradcheck:option hybrid_gradcheck (model, data, v, "coordinates", 0)
%!error id=hybridsam:gradcheck:option hybrid_gradcheck (model, data, v, "gradient", 0)
%!error id=hybridsam:option:unknown hybrid_gradcheck (model, data, v, "engine", "rk4")
