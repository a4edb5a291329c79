## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{fit} =} hybrid_train (@var{model}, @var{data}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{fit} =} hybrid_train ("resume", @var{file}, @var{name}, @var{value}, @dots{})
## Fit parameters and networks of a hybrid model to data: minimise the sum of w (y - yhat)^2 over all measured entries of a batch divided by the
## sum of w, plus the penalty.  A first sample that gave the initial state does not count.
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
## @item @qcode{"checkpoint"}, @qcode{"checkpoint_seconds"}, @qcode{"resume"}
## The whole run (model and data too) is saved in that file every 60 s, at the end, and when the run is broken off by an error or by Ctrl-C; it is
## replaced as a whole, so a crash leaves the old one.  @code{hybrid_train ("resume", FILE, "iterations", N)} continues it, bit for
## bit, to N iterations in all.  Options that decide the numbers cannot change.
## @item @qcode{"display"}, @qcode{"callback"}
## @qcode{"off"}, @qcode{"final"}, @qcode{"iter"}; @code{@@(iteration, info)} is called after every slice of 0.2 s (or one step, if that takes longer) and at the end, with
## @code{info.loss}, @code{info.params}, @code{info.validation} and stops the run by returning true.
## @end table
##
## @var{fit} has
## @code{params} (theta, a struct), @code{values} (everything, as @code{hybrid_values}), @code{best} and @code{last} (both values
## structs; @code{values} is @code{best} with a validation set, @code{last} without; without one @code{best} has the smallest loss of a full batch, and
## with minibatches it is @code{last}), @code{history} (@code{iteration}, @code{loss},
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
## Errors: @code{hybridsam:train:*}, @code{hybridsam:checkpoint:*}, @code{hybridsam:option:*}, @code{hybridsam:data:*},
## @code{hybridsam:values:*}.  A checkpoint that cannot be written in the middle of a run is a warning (@code{hybridsam:checkpoint:write}).
## @seealso{hybrid_options, hybrid_plot, hybrid_gradient}
## @end deftypefn

function fit = hybrid_train (model, data, varargin)
  if (nargin < 2)
    error ("hybridsam:train:usage", "hybrid_train: a model and a data set are needed, or \"resume\" and a file");
  endif
  if (ischar (model))  # hybrid_train ("resume", FILE, ...)
    run = resumed_run ([], [], {model, data, varargin{:}});
  else
    check_model ("hybrid_train", "train", model);
    check_data ("hybrid_train", "train", data);
    if (any (strcmp (varargin(1:2:end), "resume")))
      run = resumed_run (model, data, varargin);
    else
      run = new_run (model, data, varargin);
    endif
  endif
  [run, outcome] = slices (run);
  fit = collect (run, outcome);
  if (! strcmp (run.opt.display, "off"))
    printf ("%s after %d iterations, %.1f s: %s\n", outcome.status, run.state.iteration, run.seconds, outcome.message);
  endif
endfunction

## ---- a run: everything between two slices

function run = new_run (model, data, args)
  [opt, o] = core_options ("hybrid_train", "t", model, args{:});
  opt = check_front (opt);
  if (isempty (opt.start))
    opt.start = hybrid_values (model, "seed", opt.seed);
  endif
  vector = values_pack ("hybrid_train", model, opt.start);
  run = prepare (model, data, opt, o);
  run.state = first_state (run.cm, vector);
  run.log = [];
  run.seconds = 0;
endfunction

function run = prepare (model, data, opt, o)
  if (model.n_v == 0)
    error ("hybridsam:train:nothing", "hybrid_train: the model has neither parameters nor networks: there is nothing to fit");
  endif
  run = struct ("model", model, "data", data, "opt", opt, "o", o, "cm", core_model (model), ...
                "d", core_data ("hybrid_train", model, data, true), "validation", []);
  if (! isempty (opt.validation))
    run.validation = core_data ("hybrid_train", model, opt.validation, true);
  endif
endfunction

## The run of a checkpoint; a model or data given again must be the same, and so must every option that decides the numbers.
function run = resumed_run (model, data, args)
  if (mod (numel (args), 2) != 0 || ! any (strcmp (args(1:2:end), "resume")))
    error ("hybridsam:train:usage", "hybrid_train: a model and a data set are needed, or \"resume\", FILE and options as NAME, VALUE");
  endif
  k = 2 * find (strcmp (args(1:2:end), "resume"), 1) - 1;
  old = read_checkpoint (args{k+1});
  args(k:k+1) = [];
  opt = parse_options ("hybrid_train", old.options, args{:});
  free = {"iterations", "time_limit", "display", "callback", "checkpoint", "checkpoint_seconds", "patience"};
  for name = args(1:2:end)
    if (! any (strcmp (name{1}, free)) && ! isequal (opt.(name{1}), old.options.(name{1})))
      error ("hybridsam:checkpoint:option", "hybrid_train: \"%s\" cannot change when a run is resumed; these can: %s", name{1}, strjoin (free, ", "));
    endif
  endfor
  if (strcmp (opt.schedule, "cosine") && opt.iterations != old.options.iterations)
    error ("hybridsam:checkpoint:option", "hybrid_train: \"iterations\" cannot change when a run with the cosine schedule is resumed: the schedule depends on it");
  endif
  if (! isempty (model) && ! (isequal (core_model (model), core_model (old.model)) ...
                              && isequal (core_data ("hybrid_train", model, data, true), core_data ("hybrid_train", old.model, old.data, true))))
    error ("hybridsam:checkpoint:differs", "hybrid_train: the checkpoint is of another model or other data; leave them out: hybrid_train (\"resume\", FILE)");
  endif
  named = [fieldnames(opt)'; struct2cell(opt)'];
  [~, o] = core_options ("hybrid_train", "t", old.model, named{:});
  run = prepare (old.model, old.data, check_front (opt), o);
  run.state = old.state;
  run.log = old.log;
  run.seconds = old.seconds;
endfunction

function save_run (run)
  if (! isempty (run.opt.checkpoint))
    write_checkpoint (run.opt.checkpoint, struct ("model", run.model, "data", run.data, "options", run.opt, "state", run.state, ...
                                                  "log", run.log, "seconds", run.seconds));
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
  if (! ischar (opt.checkpoint) && ! isempty (opt.checkpoint))
    error ("hybridsam:option:value", "hybrid_train: \"checkpoint\" must be a file name, got %s", short_text (opt.checkpoint));
  endif
  if (isempty (opt.checkpoint_seconds))
    opt.checkpoint_seconds = 60;
  endif
  if (! isnumeric (opt.checkpoint_seconds) || ! isscalar (opt.checkpoint_seconds) || ! (opt.checkpoint_seconds >= 0))
    error ("hybridsam:option:value", "hybrid_train: \"checkpoint_seconds\" must be a number >= 0, got %s", short_text (opt.checkpoint_seconds));
  endif
  if (! isempty (opt.checkpoint) && ! isempty (fileparts (opt.checkpoint)) && ! isfolder (fileparts (opt.checkpoint)))
    error ("hybridsam:checkpoint:write", "hybrid_train: the folder %s of the checkpoint does not exist", fileparts (opt.checkpoint));
  endif
endfunction

function state = first_state (cm, vector)
  n = numel (vector);
  w = core ("trainables", cm, vector);
  state = struct ("w", w, "first", zeros (n, 1), "second", zeros (n, 1), "best", w, "iteration", 0, "best_value", Inf, "best_iteration", 0);
endfunction

## The core trains for a fraction of a second and returns, so that Octave can print, call back, save, and hear Ctrl-C. However the loop is
## left, by an error of a callback or by Ctrl-C, the last whole slice is saved.
function [run, outcome] = slices (run)
  start = tic ();
  before = run.seconds;
  saved = shown = -Inf;
  finished = false;
  unwind_protect
    while (! finished)
      [run, piece, outcome] = one_slice (run);
      finished = ! strcmp (outcome.status, "RUNNING");
      if (strcmp (run.opt.display, "iter") && ! isempty (piece) && (finished || toc (start) - shown >= 1))
        show (run.model, piece(end,:), shown == -Inf);
        shown = toc (start);
      endif
      [finished, outcome] = asked_to_stop (run, piece, toc (start), finished, outcome);
      run.seconds = before + toc (start);
      if (! finished && toc (start) - max (saved, 0) >= run.opt.checkpoint_seconds)
        save_run (run);
        saved = toc (start);
      endif
    endwhile
  unwind_protect_cleanup
    save_run (run);
  end_unwind_protect
endfunction

function [run, piece, outcome] = one_slice (run)
  [state, piece, outcome] = core ("train", run.cm, run.d, run.validation, run.o, run.state, min (0.2, run.opt.time_limit));
  if (! isempty (piece))
    piece(:,log_columns ()) += run.seconds;
  endif
  run.state = state;
  run.log = [run.log; piece];
endfunction

function [stop, outcome] = asked_to_stop (run, piece, seconds, finished, outcome)
  stop = ! isempty (run.opt.callback) && ! isempty (piece) && run.opt.callback (run.state.iteration, report (run.model, piece));
  if (finished)  # the callback hears of the end; there is nothing left to stop
    stop = true;
  elseif (stop)
    outcome.status = "STOPPED";
    outcome.message = "the callback returned true";
  elseif (seconds >= run.opt.time_limit)
    stop = true;
    outcome.status = "TIME_LIMIT";
    outcome.message = sprintf ("the time limit of %g s was reached", run.opt.time_limit);
  endif
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

function show (model, row, with_header)
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

function fit = collect (run, outcome)
  model = run.model;
  both = core ("values", run.cm, [run.state.w, run.state.best]);
  fit = struct ("type", "hybrid_fit", "params", struct (), "values", struct ());
  fit.last = values_unpack (model, both(:,1));
  fit.best = values_unpack (model, both(:,2));
  fit.values = fit.last;
  if (! isempty (run.opt.validation))
    run.state = judge_last (run, fit.last);
  endif
  if (run.state.best_iteration == run.state.iteration || ! isfinite (run.state.best_value))
    fit.best = fit.last;
  endif
  if (! isempty (run.opt.validation))
    fit.values = fit.best;
  endif
  fit.params = fit.values.params;
  fit.history = history_of (model, run.log);
  fit.info = struct ("status", outcome.status, "message", outcome.message, "iterations", run.state.iteration, "seconds", run.seconds, ...
                     "best_iteration", run.state.best_iteration, "best_value", run.state.best_value);
  if (strcmp (outcome.status, "UNSOLVED"))
    fit.info.trajectory = outcome.trajectory;
    fit.info.t = outcome.t;
  endif
  fit.options = run.opt;
  fit.state = run.state;
  fit.model = model;
  fit.data = run.data;
endfunction

## The last iterate may fall between two validations. It is judged here, for the result alone: a checkpoint must not know where a run ended.
function state = judge_last (run, last)
  state = run.state;
  if (state.iteration > 0 && mod (state.iteration, run.opt.validate_every) == 0)
    return;
  endif
  solver = {};
  for name = {"solver", "cvode_method", "step", "rtol", "atol", "max_steps"}
    solver = [solver, name, {run.opt.(name{1})}];
  endfor
  try
    loss = hybrid_gradient (run.model, run.opt.validation, last, solver{:});
  catch e
    if (! strcmp (e.identifier, "hybridsam:solve:unsolved"))
      rethrow (e);
    endif
    loss = Inf;
  end_try_catch
  if (loss < state.best_value)
    state.best_value = loss;
    state.best_iteration = state.iteration;
  endif
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
%!test  # broken off and resumed: the same bits, the same history
%! file = tempname ();
%! unwind_protect
%!   o = {"method", "sam", "batch", 1, "solver", "rk4", "display", "off", "validation", data, "validate_every", 3};
%!   whole = hybrid_train (model, data, "iterations", 25, o{:});
%!   hybrid_train (model, data, "iterations", 10, o{:}, "checkpoint", file);
%!   fit = hybrid_train ("resume", file, "iterations", 25);
%!   assert (fit.values, whole.values);
%!   assert (fit.last, whole.last);
%!   assert (fit.state.second, whole.state.second);
%!   assert (rmfield (fit.history, "seconds"), rmfield (whole.history, "seconds"));
%!   assert (diff (fit.history.seconds) >= 0);
%!   again = hybrid_train (model, data, "resume", file, "iterations", 30, "method", "sam");
%!   assert (again.info.iterations, 30);
%!   fail ("hybrid_train (\"resume\", file, \"rho\", 3)", "cannot change");
%!   fail ("hybrid_train (\"resume\", file, \"iteration\", 3)", "did you mean");
%!   fail ("hybrid_train (model, hybrid_data (t, 2 * [cos(t), -sin(t)]), \"resume\", file)", "another model or other data");
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!test  # an error in a callback is the user's own, and the run is saved
%! file = tempname ();
%! unwind_protect
%!   try
%!     hybrid_train (model, data, "iterations", 1e6, "display", "off", "checkpoint", file, "callback", @(k, i) error ("mine:callback", "no more"));
%!   catch e
%!     assert (e.identifier, "mine:callback");
%!   end_try_catch
%!   assert (load (file).checkpoint.state.iteration > 0);
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!test  # a checkpoint that cannot be written is a warning, not the end
%! folder = tempname ();
%! mkdir (folder);  # a folder cannot be replaced by a file
%! unwind_protect
%!   warning ("off", "hybridsam:checkpoint:write", "local");
%!   fit = hybrid_train (model, data, "iterations", 3, "display", "off", "checkpoint", folder);
%!   assert (fit.info.iterations, 3);
%!   assert (isfolder (folder) && ! exist ([folder ".part"], "file"));
%! unwind_protect_cleanup
%!   rmdir (folder);
%! end_unwind_protect
%!error id=hybridsam:checkpoint:read hybrid_train ("resume", "no such file")
%!error id=hybridsam:checkpoint:read hybrid_train ("resume", 3)
%!error id=hybridsam:checkpoint:write hybrid_train (model, data, "checkpoint", "/no/such/folder/file")
%!error id=hybridsam:option:value hybrid_train (model, data, "checkpoint", 3)
%!error id=hybridsam:option:value hybrid_train (model, data, "checkpoint_seconds", -1)
%!error id=hybridsam:train:usage hybrid_train ("resume")
%!error id=hybridsam:train:usage hybrid_train ("carry on", 3)
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
%!function stop = assign_calls (k)
%!  global calls;
%!  calls = k;
%!  stop = false;
%!endfunction
%!test  # stopped before the first validation: the values are not the start; the callback hears of the end
%! global calls = 0;
%! fit = hybrid_train (model, data, "iterations", 3, "solver", "rk4", "display", "off", "validation", data, "patience", 2, "callback", @(k, i) assign_calls (k));
%! assert (fit.info.iterations, 3);
%! assert (fit.values, fit.last);
%! assert (isfinite (fit.info.best_value));
%! assert (calls, 3);
%! clear -global calls
%!test  # a fixed value is kept to the bit, whatever its bounds
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 1, "b", struct ("start", 1e-3, "lower", -1e6, "fixed", true)), "rhs", @(t, x, u, p, nn) -p.a * x.x + p.b);
%! assert (hybrid_train (m, hybrid_data (t, exp (-t)), "iterations", 3, "display", "off").params.b, 1e-3);
%!error id=hybridsam:train:nothing hybrid_train (hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) -x.x), hybrid_data (t, exp (-t)))
%!error id=hybridsam:option:value hybrid_train (hybrid_model ("states", {"x"}, "params", struct ("a", 1), "rhs", @(t, x, u, p, nn) -p.a * x.x), hybrid_data (t, exp (-t)), "method", "sam")
%!error id=hybridsam:values:unknown hybrid_train (model, data, "start", setfield (hybrid_values (model), "params", "typo", 1))
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
