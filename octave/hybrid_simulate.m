## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{sol} =} hybrid_simulate (@var{model}, @var{data}, @var{v}, @var{name}, @var{value}, @dots{})
## Solve a model for every trajectory of a data set and observe it at the data's times.
##
## With equal lengths the results are arrays, @code{sol.t} T x 1 (T x B when the times differ), @code{sol.x} T x n_x x B, @code{sol.y}
## T x n_y x B; with ragged data they are cell arrays, one entry a trajectory.  Algebraic data: @code{sol.y} is N x n_y.  To simulate
## without measurements make the data with @code{hybrid_data (t, [], "initial", X0)}.
##
## @qcode{"sensitivities"}, @{NAMES@} adds @code{sol.dx_dp.NAME}: the derivative of the states with respect to each element of that
## parameter (of a trajectory's own parameter: its own trajectory's), the shape of @code{sol.x} times the number of elements, by forward sensitivity equations (CVODES) or the tangent of the rk4
## steps.  Other options: @qcode{"solver"}, @qcode{"cvode_method"}, @qcode{"step"}, @qcode{"rtol"}, @qcode{"atol"},
## @qcode{"max_steps"}, @qcode{"threads"}; see @code{hybrid_options}.  @code{sol.info} has the counts of steps and right-hand sides.
##
## @example
## data = hybrid_data ((0:0.1:10)', [], "initial", [1; 0]);
## sol  = hybrid_simulate (model, data, hybrid_values (model), "sensitivities", @{"w2"@});
## plot (sol.t, sol.x)
## @end example
##
## Errors: @code{hybridsam:simulate:*}, @code{hybridsam:values:*}, @code{hybridsam:data:*}, @code{hybridsam:option:*},
## @code{hybridsam:solve:unsolved} (names trajectory and time).
## @seealso{hybrid_data, hybrid_values, hybrid_gradient}
## @end deftypefn

function sol = hybrid_simulate (model, data, v, varargin)
  if (nargin < 3)
    error ("hybridsam:simulate:usage", "hybrid_simulate: a model, a data set and values are needed");
  endif
  check_model ("hybrid_simulate", "simulate", model);
  check_data ("hybrid_simulate", "simulate", data);
  data = parts (data);
  [cm, d, layout] = core_problem ("hybrid_simulate", model, data, false);
  [opt, o] = core_options ("hybrid_simulate", "s", model, layout, varargin{:});
  [at, names, parts] = sensitivity_numbers (model, opt.sensitivities);
  vector = values_pack ("hybrid_simulate", model, v, layout);
  if (columns (data.y) == 0)
    d.y = [];
  endif
  [x, y, s, info] = core ("simulate", cm, d, vector, o, at);
  if (data.algebraic)
    sol = struct ("y", {shape(y', data)}, "info", info);
    return;
  endif
  sol = struct ("t", {shape(data.t, data)}, "x", {shape(x(1:model.n_x,:)', data)}, "y", {shape(y', data)}, "info", info);
  if (! iscell (sol.t) && ! isscalar (data.count))
    sol.t = squeeze (sol.t);
    if (all (all (sol.t == sol.t(:,1))))
      sol.t = sol.t(:,1);
    endif
  endif
  for k = 1:numel (names)
    sol.dx_dp.(names{k}) = gather (s, parts{k}, model, data);
  endfor
endfunction

## What the core is asked for: numbers of values, or of states (negative) where every trajectory has its own. parts{k}: those of name k.
function [at, chosen, parts] = sensitivity_numbers (model, names)
  at = [];
  chosen = {};
  parts = {};
  if (isempty (names))
    return;
  endif
  if (! iscellstr (names) && ! ischar (names))
    error ("hybridsam:simulate:sensitivities", "hybrid_simulate: \"sensitivities\" must be a cell array of parameter names, got %s", short_text (names));
  endif
  chosen = cellstr (names)(:)';
  for k = 1:numel (chosen)
    j = find (strcmp (chosen{k}, {model.params.name}));
    own = find (strcmp (chosen{k}, {model.own.name}));
    if (! isempty (j))
      q = model.params(j);
      these = q.first:q.first + q.rows * q.cols - 1;
    elseif (! isempty (own))
      q = model.own(own);
      these = -(model.n_x + (q.first:q.first + q.rows * q.cols - 1));
    else
      error ("hybridsam:simulate:sensitivities", "hybrid_simulate: the model has no parameter %s; it has %s", chosen{k}, ...
             strjoin ({model.params.name, model.own.name}, ", "));
    endif
    parts{k} = numel (at) + (1:numel (these));
    at = [at, these];
  endfor
endfunction

## N x n rows of all trajectories as T x n x B, or cells where the lengths differ.
function a = shape (rows, data)
  count = data.count;
  if (isscalar (count) || data.algebraic)
    a = rows;
  elseif (all (count == count(1)))
    a = permute (reshape (rows, count(1), numel (count), columns (rows)), [1 3 2]);
  else
    a = mat2cell (rows, count, columns (rows))';
  endif
endfunction

function a = gather (s, chosen, model, data)
  parts = cell (1, numel (chosen));
  for j = 1:numel (chosen)
    x = reshape (s(:,chosen(j)), model.n_x + model.n_own, []);
    parts{j} = shape (x(1:model.n_x,:)', data);
  endfor
  if (iscell (parts{1}))
    a = cellfun (@(varargin) cat (4, varargin{:}), parts{:}, "UniformOutput", false);
  else
    a = cat (4, parts{:});
  endif
endfunction

%!shared model
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("k", 2), "rhs", @(t, x, u, p, nn) [x.y; -p.k * x.x]);
%!test  # closed form, and its derivative
%! t = (0:0.25:4)';
%! data = hybrid_data (t, [], "initial", [1 2; 0 0]);
%! sol = hybrid_simulate (model, data, hybrid_values (model), "sensitivities", {"k"}, "rtol", 1e-10, "atol", 1e-12);
%! w = sqrt (2);
%! assert (size (sol.x), [17 2 2]);
%! assert (sol.x(:,1,2), 2 * cos (w * t), 1e-8);
%! assert (sol.dx_dp.k(:,1,1), -t .* sin (w * t) / (2 * w), 1e-7);
%! assert (sol.t, t);
%!test  # ragged, rk4
%! data = hybrid_data ({[0 1 2], [0 0.5]}, [], "initial", [1 1; 0 0]);
%! sol = hybrid_simulate (model, data, hybrid_values (model), "solver", "rk4", "step", 0.01, "sensitivities", {"k"});
%! assert (sol.x{1}(:,1), cos (sqrt (2) * [0 1 2]'), 1e-8);
%! assert (size (sol.dx_dp.k{2}), [2 2]);
%!test  # from features, without measurements
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 3), "features", {"s"}, "initial", @(z, p, nn) p.a * z.s, "rhs", @(t, x, u, p, nn) -x.x);
%! sol = hybrid_simulate (m, hybrid_data ([0 1], [], "features", [1 2]), hybrid_values (m));
%! assert (squeeze (sol.x(1,1,:)), [3; 6], 1e-14);
%!error id=hybridsam:data:window
%! m = hybrid_model ("states", {"x"}, "features", {"s"}, "initial", @(z, p, nn) z.s + z.y(1), "rhs", @(t, x, u, p, nn) -x.x);
%! hybrid_simulate (m, hybrid_data ([0 1], [], "features", [1 2]), hybrid_values (m));
%!test  # an algebraic law, without measurements
%! m = hybrid_model ("inputs", {"u"}, "params", struct ("a", 3), "output", @(t, x, u, p, nn) p.a * u.u);
%! assert (hybrid_simulate (m, hybrid_data ([], [], "inputs", [1; 2]), hybrid_values (m)).y, [3; 6]);
%!test  # sensitivities that oscillate where the state rests are given up after max_steps too
%! m = hybrid_model ("states", {"x", "y"}, "params", struct ("a", 0), "rhs", @(t, x, u, p, nn) [p.a + 1e3 * x.y; -1e3 * x.x]);
%! d = hybrid_data ([0 100], [], "initial", [0; 0]);
%! hybrid_simulate (m, d, hybrid_values (m), "max_steps", 500);
%! try
%!   hybrid_simulate (m, d, hybrid_values (m), "max_steps", 500, "cvode_method", "adams", "sensitivities", {"a"});
%!   error ("they were solved");
%! catch e
%!   assert (e.identifier, "hybridsam:solve:unsolved");
%!   assert (! isempty (strfind (e.message, "too much work for its sensitivities")));
%! end_try_catch
%!error id=hybridsam:simulate:usage hybrid_simulate ()
%!error id=hybridsam:simulate:model hybrid_simulate (1, 2, 3)
%!error id=hybridsam:simulate:data hybrid_simulate (model, 2, 3)
%!error id=hybridsam:simulate:sensitivities hybrid_simulate (model, hybrid_data ([0 1], [], "initial", [1; 0]), hybrid_values (model), "sensitivities", {"j"})
%!error id=hybridsam:simulate:sensitivities hybrid_simulate (model, hybrid_data ([0 1], [], "initial", [1; 0]), hybrid_values (model), "sensitivities", 3)
%!error id=hybridsam:solve:unsolved
%! blow = hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) x.x ^ 2);
%! hybrid_simulate (blow, hybrid_data ([0 2], [], "initial", 1), hybrid_values (blow));
%!error <trajectory 1 could not be solved beyond t = 0.99> 
%! blow = hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) x.x ^ 2);
%! hybrid_simulate (blow, hybrid_data ([0 2], [], "initial", 1), hybrid_values (blow));
