## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{fit} =} hybrid_train (@var{model}, @var{data}, @var{name}, @var{value}, @dots{})
## Fit parameters and networks of a hybrid model to data.
##
## The most used options (@code{hybrid_options} lists all with defaults and ranges):
##
## @table @asis
## @item @qcode{"method"}
## @qcode{"erm"} (plain), @qcode{"sam"}, @qcode{"asam"} with the radius @qcode{"rho"} and the @qcode{"scope"} of what is perturbed
## (@qcode{"nets"}: the networks alone, so that they, not the physics, are kept simple); @qcode{"l2"} and @qcode{"fn"} are erm with
## that penalty of weight @qcode{"lambda"}.
## @item @qcode{"iterations"}, @qcode{"batch"}, @qcode{"learning_rate"}, @qcode{"optimizer"}, @qcode{"schedule"}
## The learning rate is a number or @code{struct ("params", 1e-2, "nets", 3e-3)}.
## @item @qcode{"solver"}, @qcode{"step"}, @qcode{"rtol"}, @qcode{"atol"}
## How trajectories are solved.
## @item @qcode{"validation"}
## A data set that chooses the values: the best on it instead of the last.
## @item @qcode{"start"}
## Values to start from (@code{hybrid_values}); default drawn from @qcode{"seed"}.
## @item @qcode{"display"}, @qcode{"callback"}
## @qcode{"off"}, @qcode{"final"}, @qcode{"iter"}; @code{@@(iteration, info)} is called at least every 0.2 s with
## @code{info.loss}, @code{info.params}, @code{info.validation} and stops the run by returning true.
## @end table
##
## @var{fit} has
## @code{params} (theta, a struct), @code{values} (everything, as @code{hybrid_values}), @code{best} and @code{last} (both values
## structs; @code{values} is @code{best} with a validation set, @code{last} without), @code{history} (@code{iteration}, @code{loss},
## @code{loss_perturbed}, @code{penalty}, @code{gradient_norm}, @code{validation} (NaN where not evaluated), @code{seconds}, each n x 1, and
## @code{params.NAME}, n x numel), @code{info} (@code{status}, @code{message}, @code{iterations}, @code{seconds},
## @code{best_iteration}, @code{best_value}, and for an unsolved trajectory @code{trajectory} and @code{t}), @code{options}, @code{state},
## @code{model}, @code{data}.
##
## The run ends with the status CONVERGED (all iterations), PATIENCE, TIME_LIMIT, STOPPED (callback), NONFINITE (loss or gradient not finite; the values are
## those before that step) or UNSOLVED (a trajectory could not be solved; it is named).  With the rho of SAM the noise of a loose
## solver tolerance matters: keep @qcode{"rtol"} well below @qcode{"rho"}.
##
## @example
## fit = hybrid_train (model, data, "method", "sam", "rho", 0.2, "iterations", 200, "solver", "rk4");
## disp (fit.params)
## @end example
##
## Errors: @code{hybridsam:train:*}, @code{hybridsam:option:*}, @code{hybridsam:data:*}, @code{hybridsam:values:*}.
## @seealso{hybrid_options, hybrid_plot, hybrid_gradient}
## @end deftypefn

function fit = hybrid_train (model, data, varargin)
  if (nargin < 2)
    error ("hybridsam:train:usage", "hybrid_train: a model and a data set are needed");
  endif
  check_model ("hybrid_train", "train", model);
  check_data ("hybrid_train", "train", data);
  [opt, o] = core_options ("hybrid_train", "t", model, varargin{:});
  opt = check_front (opt);
  if (isempty (opt.start))
    opt.start = hybrid_values (model, "seed", opt.seed);
  endif
  vector = values_pack ("hybrid_train", model, opt.start);
  run = struct ("model", model, "cm", core_model (model), "d", core_data ("hybrid_train", model, data, true), "validation", [], "o", o);
  if (! isempty (opt.validation))
    run.validation = core_data ("hybrid_train", model, opt.validation, true);
  endif
  state = first_state (run.cm, vector);
  [state, log, outcome, seconds] = slices (run, state, opt);
  fit = collect (run, state, log, outcome, seconds, opt, data);
  if (! strcmp (opt.display, "off"))
    printf ("%s after %d iterations, %.1f s: %s\n", outcome.status, state.iteration, seconds, outcome.message);
  endif
endfunction

function opt = check_front (opt)
  known = {"off", "final", "iter"};
  if (isempty (opt.display))
    opt.display = "final";
  endif
  if (! ischar (opt.display) || ! any (strcmp (opt.display, known)))
    error ("hybridsam:option:value", "hybrid_train: \"display\" must be one of %s, got %s", strjoin (known, ", "), short_text (opt.display));
  endif
  if (! isempty (opt.callback) && ! is_function_handle (opt.callback))
    error ("hybridsam:option:value", "hybrid_train: \"callback\" must be a function handle, got %s", short_text (opt.callback));
  endif
  if (isempty (opt.time_limit))
    opt.time_limit = Inf;
  endif
  if (! isnumeric (opt.time_limit) || ! isscalar (opt.time_limit) || ! (opt.time_limit > 0))
    error ("hybridsam:option:value", "hybrid_train: \"time_limit\" must be a number of seconds > 0, got %s", short_text (opt.time_limit));
  endif
  if (! isempty (opt.validation))
    check_data ("hybrid_train", "train", opt.validation);
  endif
endfunction

function state = first_state (cm, vector)
  n = numel (vector);
  w = core ("trainables", cm, vector);
  state = struct ("w", w, "first", zeros (n, 1), "second", zeros (n, 1), "best", w, "iteration", 0, "best_value", Inf, "best_iteration", 0);
endfunction

## The core trains for a fraction of a second and returns, so that Octave can print, call back, and hear Ctrl-C.
function [state, log, outcome, seconds] = slices (run, state, opt)
  slice = 0.2;
  start = tic ();
  pieces = {};
  shown = -Inf;
  while (true)
    [state, piece, outcome] = core ("train", run.cm, run.d, run.validation, run.o, state, min (slice, opt.time_limit));
    pieces{end+1} = piece;
    seconds = toc (start);
    last = ! strcmp (outcome.status, "RUNNING");
    if (strcmp (opt.display, "iter") && ! isempty (piece) && (last || seconds - shown >= 1))
      show (run.model, piece(end,:), opt, shown == -Inf);
      shown = seconds;
    endif
    if (! last && ! isempty (opt.callback) && ! isempty (piece) && opt.callback (state.iteration, report (run.model, piece)))
      outcome.status = "STOPPED";
      outcome.message = "the callback returned true";
      last = true;
    endif
    if (! last && seconds >= opt.time_limit)
      outcome.status = "TIME_LIMIT";
      outcome.message = sprintf ("the time limit of %g s was reached", opt.time_limit);
      last = true;
    endif
    if (last)
      break;
    endif
  endwhile
  log = vertcat (pieces{:});
endfunction

## Columns of the core's log before the parameters.
function n = log_columns ()
  n = 7;
endfunction

function info = report (model, piece)
  info = struct ("loss", piece(end,2), "validation", piece(find (! isnan (piece(:,6)), 1, "last"),6), ...
                 "params", params_at (model, piece(end,log_columns ()+1:end)));
endfunction

function p = params_at (model, row)
  p = struct ();
  for q = model.params
    p.(q.name) = reshape (row(q.first:q.first + q.rows * q.cols - 1), q.rows, q.cols);
  endfor
endfunction

function show (model, row, opt, with_header)
  p = row(log_columns ()+1:end);
  names = {};
  for q = model.params
    names = [names, repmat({q.name}, 1, q.rows * q.cols)];
  endfor
  k = 1:min (numel (p), 6);
  if (with_header)
    printf ("%9s %12s %12s%s\n", "iteration", "loss", "validation", sprintf (" %12s", names{k}));
  endif
  validation = "";
  if (! isnan (row(6)))
    validation = sprintf ("%.6g", row(6));
  endif
  printf ("%9d %12.6g %12s%s\n", row(1), row(2), validation, sprintf (" %12.6g", p(k)));
endfunction

function fit = collect (run, state, log, outcome, seconds, opt, data)
  model = run.model;
  both = core ("values", run.cm, [state.w, state.best]);
  fit = struct ("type", "hybrid_fit", "params", struct (), "values", struct ());
  fit.last = values_unpack (model, both(:,1));
  fit.best = values_unpack (model, both(:,2));
  fit.values = fit.last;
  if (! isempty (opt.validation))
    fit.values = fit.best;
  endif
  fit.params = fit.values.params;
  fit.history = history_of (model, log);
  fit.info = struct ("status", outcome.status, "message", outcome.message, "iterations", state.iteration, "seconds", seconds, ...
                     "best_iteration", state.best_iteration, "best_value", state.best_value);
  if (strcmp (outcome.status, "UNSOLVED"))
    fit.info.trajectory = outcome.trajectory;
    fit.info.t = outcome.t;
  endif
  fit.options = opt;
  fit.state = state;
  fit.model = model;
  fit.data = data;
endfunction

function h = history_of (model, log)
  if (isempty (log))
    log = zeros (0, log_columns () + sum ([model.params.rows] .* [model.params.cols]));
  endif
  h = struct ("iteration", log(:,1), "loss", log(:,2), "loss_perturbed", log(:,3), "penalty", log(:,4), "gradient_norm", log(:,5), ...
              "validation", log(:,6), "seconds", log(:,7), "params", struct ());
  for q = model.params
    h.params.(q.name) = log(:,log_columns () + (q.first:q.first + q.rows * q.cols - 1));
  endfor
endfunction

%!shared model, data, t
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 4 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)]));
%!test
%! fit = hybrid_train (model, data, "method", "sam", "rho", 0.05, "iterations", 30, "solver", "rk4", "display", "off");
%! assert (fit.info.status, "CONVERGED");
%! assert (numel (fit.history.loss), 30);
%! assert (fit.history.loss(end) < fit.history.loss(1));
%! assert (fit.params.w2, fit.history.params.w2(end));
%!test  # the same numbers in other slices, minibatches, every optimizer
%! for name = {"adam", "adamw", "sgd"}
%!   a = hybrid_train (model, data, "iterations", 12, "solver", "rk4", "display", "off", "batch", 1, "optimizer", name{1}, "schedule", "cosine");
%!   b = hybrid_train (model, data, "iterations", 12, "solver", "rk4", "display", "off", "batch", 1, "optimizer", name{1}, "schedule", "cosine", "callback", @(k, i) false);
%!   assert (a.values, b.values);
%! endfor
%!test  # validation gives the best, callback stops
%! fit = hybrid_train (model, data, "iterations", 40, "solver", "rk4", "display", "off", "validation", data, "validate_every", 1);
%! assert (min (fit.history.validation), fit.info.best_value);
%! assert (hybrid_gradient (model, data, fit.values, "solver", "rk4"), fit.info.best_value, 1e-12);
%!test  # a fixed parameter stays, bounds hold
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", struct ("start", 1, "lower", 0, "upper", 1.5), "b", struct ("start", 2, "fixed", true)), ...
%!                   "rhs", @(t, x, u, p, nn) -p.a * p.b * x.x);
%! fit = hybrid_train (m, hybrid_data (t, exp (-5 * t)), "iterations", 300, "solver", "rk4", "step", 0.1, "display", "off", "learning_rate", 0.1);
%! assert (fit.params.b, 2);
%! assert (fit.params.a <= 1.5 && fit.params.a > 1.4);
%!test  # a loss that stops being finite ends the run with the values before it
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 1), "rhs", @(t, x, u, p, nn) p.a * x.x ^ 2);
%! fit = hybrid_train (m, hybrid_data ([0; 0.9], [1; 20]), "iterations", 100, "display", "off", "learning_rate", 0.2);
%! assert (fit.info.status, "UNSOLVED");
%! assert (fit.info.trajectory, 1);
%! assert (isfinite (fit.params.a));
%!error id=hybridsam:train:usage hybrid_train ()
%!error id=hybridsam:train:model hybrid_train (1, data)
%!error id=hybridsam:train:data hybrid_train (model, 1)
%!error id=hybridsam:train:data hybrid_train (model, data, "validation", 1)
%!error id=hybridsam:option:unknown hybrid_train (model, data, "iteration", 10)
%!error <did you mean "iterations"> hybrid_train (model, data, "iteration", 10)
%!error id=hybridsam:option:value hybrid_train (model, data, "method", "same")
%!error id=hybridsam:option:value hybrid_train (model, data, "learning_rate", -1)
%!error id=hybridsam:option:value hybrid_train (model, data, "learning_rate", struct ("net", 1))
%!error id=hybridsam:option:value hybrid_train (model, data, "display", "loud")
%!error id=hybridsam:option:value hybrid_train (model, data, "callback", 3)
%!error id=hybridsam:option:value hybrid_train (model, data, "time_limit", -1)
%!error id=hybridsam:option:value hybrid_train (model, data, "batch", 0)
%!error id=hybridsam:values:struct hybrid_train (model, data, "start", 3)
