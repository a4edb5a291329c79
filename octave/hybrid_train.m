## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{fit} =} hybrid_train (@var{model}, @var{data}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{fit} =} hybrid_train ("resume", @var{file}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{fit} =} hybrid_train ("last")
## Fit parameters and networks of a hybrid model to data: minimise the sum of w ((y - yhat)/scale)^2 over all measured entries of a batch divided by
## the sum of w, plus penalty and priors.  A first sample that gave the initial state does not count.
##
## The most used options (@code{hybrid_options} lists all with defaults and ranges):
##
## @table @asis
## @item @qcode{"method"}
## @qcode{"erm"} (plain), @qcode{"sam"}, @qcode{"asam"}, @qcode{"gsam"}, @qcode{"fsam"}, @qcode{"looksam"}, @qcode{"agnostic"}, @qcode{"functional"} with the
## radius @qcode{"rho"} and the @qcode{"scope"} of what is perturbed (@qcode{"nets"}: the networks alone, so that they, not the physics, are kept simple);
## @qcode{"l2"}, @qcode{"fn"} and @qcode{"orth"} are erm with that penalty of weight @qcode{"lambda"}.
## @item @qcode{"iterations"}, @qcode{"batch"}, @qcode{"learning_rate"}, @qcode{"optimizer"}, @qcode{"schedule"}
## The learning rate is a number or @code{struct ("params", 1e-2, "nets", 3e-3)}.
## @item @qcode{"solver"}, @qcode{"step"}, @qcode{"rtol"}, @qcode{"atol"}
## How trajectories are solved: @qcode{"rk4"} (fixed step), @qcode{"dopri5"} (adaptive), both with the exact gradient of the computed numbers;
## @qcode{"cvode"} (SUNDIALS, Adams or BDF); @qcode{"auto"} (dopri5, and cvode's BDF for blocks of trajectories that are stiff; decided anew at each
## iteration, told in @code{fit.info.solver}).
## @item @qcode{"threads"}
## 0 (default): as many as the work is worth.  The numbers are the same bits for any number.
## @item @qcode{"validation"}
## A data set that chooses the values: the best on it instead of the last.
## @item @qcode{"start"}
## Values to start from (@code{hybrid_values}); default drawn from @qcode{"seed"}.
## @item @qcode{"checkpoint"}, @qcode{"checkpoint_seconds"}, @qcode{"resume"}
## The whole run (model and data too) is saved in that file every @qcode{"checkpoint_seconds"} (60), at the end, and when the run is broken off by an error or by Ctrl-C; it is
## replaced as a whole, so a crash leaves the old one.  @code{hybrid_train ("resume", FILE, "iterations", N)} continues it, bit for
## bit, to N iterations in all.  Options that decide the numbers cannot change.
## @item @qcode{"scale"}
## @qcode{"auto"} divides the residuals of each output by the standard deviation of its measurements (@code{fit.info.scale}).
## @item @qcode{"horizon"}, @qcode{"shooting"}, @qcode{"shooting_weight"}
## For long records.  @qcode{"grow"} fits the first eighth, quarter and half of every trajectory before the whole.  @qcode{"shooting"}, L cuts them into
## segments of L steps, estimates the states between, and adds the mean squared gap (@code{fit.info.gap}: the largest one left, in standard
## deviations of that state).
## @item @qcode{"display"}, @qcode{"callback"}
## @qcode{"off"}, @qcode{"final"}, @qcode{"iter"}; @code{@@(iteration, info)} is called after every slice of 0.2 s (or one step, if that takes longer) and at the end, with
## @code{info.loss}, @code{info.params}, @code{info.validation} and stops the run by returning true; it may return nothing.
## @end table
##
## @var{fit} has
## @code{params} (theta, a struct; a parameter of single trajectories has one column, or page, for each), @code{values} (everything, as
## @code{hybrid_values}; @code{values.initial}: estimated initial states), @code{best} and @code{last} (both values
## structs; @code{values} is @code{best} with a validation set, @code{last} without; without one @code{best} has the smallest loss of a full batch, and
## with minibatches it is @code{last}), @code{history} (@code{iteration}, @code{loss},
## @code{loss_perturbed}, @code{penalty}, @code{gradient_norm}, @code{validation} (NaN where not evaluated), @code{seconds}, each n x 1, and
## @code{params.NAME}, n x numel, of shared parameters), @code{info} (@code{status}, @code{message}, @code{iterations}, @code{seconds},
## @code{best_iteration}, @code{best_value}, @code{unsolved}, @code{scale}, @code{gap}, @code{solver} (which one did the work, and why),
## @code{counts} (of its steps and evaluations)), @code{options}, @code{state},
## @code{model}, @code{data}.
##
## A trajectory that cannot be solved is left out of that step; @code{fit.info.unsolved} is a struct array with @code{trajectory}, @code{count},
## and, of the first time, @code{t}, @code{x} (the state there), @code{params}.  When nothing can be solved the last step is halved, up to 6 times.
##
## The run ends with the status CONVERGED (all iterations), PATIENCE, TIME_LIMIT, STOPPED (callback), NONFINITE (loss or gradient not finite) or UNSOLVED
## (nothing could be solved); in the last two cases with the values before that step.  When an error (of the callback, of an untraced model function) or
## Ctrl-C breaks the run off, @code{hybrid_train ("last")} gives the fit as far as it had come (status BROKEN_OFF), in the same session.
##
## With the rho of SAM the noise of a loose solver tolerance matters: keep @qcode{"rtol"} well below @qcode{"rho"}.
##
## @example
## fit = hybrid_train (model, data, "method", "sam", "rho", 0.2, "iterations", 200, "solver", "rk4");
## disp (fit.params)
## @end example
##
## Errors: @code{hybridsam:train:*}, @code{hybridsam:checkpoint:*}, @code{hybridsam:option:*}, @code{hybridsam:data:*},
## @code{hybridsam:values:*}.  A checkpoint that cannot be written in the middle of a run is a warning (@code{hybridsam:checkpoint:write}).
## @seealso{hybrid_options, hybrid_sweep, hybrid_report, hybrid_plot, hybrid_gradient}
## @end deftypefn

function fit = hybrid_train (model, varargin)
  if (nargin == 1 && ischar (model) && strcmp (model, "last"))
    fit = last_fit ();
    return;
  endif
  if (nargin < 2)
    error ("hybridsam:train:usage", "hybrid_train: a model and a data set are needed, or \"resume\" and a file, or \"last\"");
  endif
  if (ischar (model))  # hybrid_train ("resume", FILE, ...)
    run = resumed_run ([], [], {model, varargin{:}});
  else
    data = varargin{1};
    varargin(1) = [];
    check_model ("hybrid_train", "train", model);
    check_data ("hybrid_train", "train", data);
    if (any (strcmp (varargin(1:2:end), "resume")))
      run = resumed_run (model, data, varargin);
    else
      run = new_run (model, data, varargin);
    endif
  endif
  [run, outcome] = train_slices (run);
  fit = collect_fit (run, outcome);
  if (! strcmp (run.opt.display, "off"))
    printf ("%s after %d iterations, %.1f s: %s\n", outcome.status, run.state.iteration, run.seconds, outcome.message);
    if (! isempty (fit.info.unsolved))
      printf ("%d trajectories could not be solved at some steps and were left out of them (fit.info.unsolved)\n", numel (fit.info.unsolved));
    endif
  endif
endfunction

## What a run that was broken off had reached.
function fit = last_fit ()
  run = kept_run ();
  if (isempty (run))
    error ("hybridsam:train:last", "hybrid_train: no run of this session was broken off");
  endif
  fit = collect_fit (run, struct ("status", "BROKEN_OFF", "message", "an error or Ctrl-C broke the run off"));
endfunction

## ---- a run: everything between two slices

function run = new_run (model, data, args)
  if (model.n_v + model.n_own == 0 && isempty (data.spread))
    error ("hybridsam:train:nothing", "hybrid_train: the model has neither parameters nor networks: there is nothing to fit");
  endif
  [~, ~, layout] = core_problem ("hybrid_train", model, data, true);
  opt = check_train_options (core_options ("hybrid_train", "t", model, layout, args{:}));
  if (isempty (opt.start))
    opt.start = hybrid_values (model, data, "seed", opt.seed);
  endif
  run = prepare_run (model, data, opt);
  vector = values_pack ("hybrid_train", model, run.start, run.layout);
  run.state = first_state (run.cm, vector);
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
  if (opt.iterations != old.options.iterations && (strcmp (opt.schedule, "cosine") || strcmp (opt.horizon, "grow")))
    error ("hybridsam:checkpoint:option", "hybrid_train: \"iterations\" cannot change when a run with the cosine schedule or a growing horizon is resumed: they depend on it");
  endif
  if (! isempty (model) && ! same_problem (model, data, old))
    error ("hybridsam:checkpoint:differs", "hybrid_train: the checkpoint is of another model or other data; leave them out: hybrid_train (\"resume\", FILE)");
  endif
  run = prepare_run (old.model, old.data, check_train_options (opt));
  run.state = old.state;
  run.log = old.log;
  run.unsolved = old.unsolved;
  run.counts = old.counts;
  run.seconds = old.seconds;
endfunction

function tf = same_problem (model, data, old)
  [a, b] = core_problem ("hybrid_train", model, data, true);
  [c, d] = core_problem ("hybrid_train", old.model, old.data, true);
  tf = isequal ({a, b}, {c, d});
endfunction

function state = first_state (cm, vector)
  n = numel (vector);
  w = core ("trainables", cm, vector);
  state = struct ("w", w, "first", zeros (n, 1), "second", zeros (n, 1), "best", w, "previous", w, "memory", zeros (n, 1), "rule_steps", 0, "iteration", 0, "best_value", Inf, ...
                  "best_iteration", 0, "rejected", 0, "halvings", 0);
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
%!test  # files that are no checkpoints, or of which a part is not what it should be
%! file = tempname ();
%! unwind_protect
%!   hybrid_train (model, data, "iterations", 2, "solver", "rk4", "display", "off", "checkpoint", file);
%!   good = load (file);
%!   for part = fieldnames (good.checkpoint)'
%!     for wrong = {"word", struct(), @sin}
%!       checkpoint = setfield (good.checkpoint, part{1}, wrong{1});
%!       save ("-binary", file, "checkpoint");
%!       fail ("hybrid_train (\"resume\", file)", "is no checkpoint");
%!     endfor
%!   endfor
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
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
%!test  # a step too far, to where nothing can be solved, is halved
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 1), "rhs", @(t, x, u, p, nn) p.a * x.x ^ 2);
%! fit = hybrid_train (m, hybrid_data ([0; 0.9], [1; 20]), "iterations", 200, "display", "off", "learning_rate", 0.2);
%! assert (fit.info.status, "CONVERGED");
%! assert (fit.info.unsolved.trajectory, 1);
%! assert (fit.info.unsolved.count >= 1 && fit.info.unsolved.t < 0.9 && fit.info.unsolved.params.a > 1.11);
%! assert (fit.info.iterations, 200);
%!test  # nothing can be solved from the start: an orderly end with the start values
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 1), "rhs", @(t, x, u, p, nn) p.a * x.x ^ 2);
%! for solver = {"rk4", "cvode"}
%!   fit = hybrid_train (m, hybrid_data ([0; 3], [1; 20]), "iterations", 100, "display", "off", "solver", solver{1}, "step", 0.01);
%!   assert (fit.info.status, "UNSOLVED");
%!   assert (fit.params.a, 1);
%!   assert (numel (fit.info.unsolved.x), 1);
%! endfor
%!test  # one trajectory of many that cannot be solved is left out; with minibatches its batch is passed over
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 0.5), "rhs", @(t, x, u, p, nn) -p.a * x.x + x.x ^ 3);
%! tt = (0:0.1:1)';
%! y = cat (3, 0.1*exp(-tt), 0.05*exp(-tt), 50*exp(-tt));
%! good = hybrid_data (tt, y(:,:,1:2));
%! for solver = {"rk4", "cvode"}
%!   for method = {"erm", "sam"}
%!     o = {"iterations", 300, "display", "off", "solver", solver{1}, "method", method{1}, "scope", "all", "rho", 0.01, "seed", 2, "learning_rate", 0.03};
%!     a = hybrid_train (m, hybrid_data (tt, y), o{:});
%!     b = hybrid_train (m, good, o{:});
%!     assert (a.info.unsolved.trajectory, 3);
%!     assert (a.info.unsolved.count >= 300);
%!     assert (a.params.a, b.params.a, 1e-9 * b.params.a);
%!     c = hybrid_train (m, hybrid_data (tt, y), o{:}, "batch", 1);
%!     assert (sum (isnan (c.history.loss)), 100);
%!     assert (c.params.a, b.params.a, 0.1);
%!   endfor
%! endfor
%!test  # at the SAM point the residuals are absurd, up to 1e150: the plain gradient is taken and the run goes on
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 1), "nets", struct ("f", hybrid_net ([1 4 1])), ...
%!                   "rhs", @(t, x, u, p, nn) 0.1 * p.a * x.x ^ 2 + nn.f(x.x));
%! for rho = [0.8 0.9 1]
%!   fit = hybrid_train (m, hybrid_data ((0:0.5:5)', sin (0:0.5:5)'), "method", "sam", "rho", rho, "solver", "rk4", "iterations", 50, "display", "off", "clip", 10);
%!   assert (fit.info.status, "CONVERGED");
%!   assert (any (fit.history.loss_perturbed == fit.history.loss) && max (fit.history.loss_perturbed) < 1e9);
%!   assert (fit.history.loss(end) < fit.history.loss(1));
%! endfor
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
%!error id=hybridsam:option:value hybrid_train (model, data, "shooting", Inf)
%!error id=hybridsam:values:struct hybrid_train (model, data, "start", {1, 2})
%!error id=hybridsam:values:struct hybrid_train (model, data, "start", 1)
%!error id=hybridsam:train:callback hybrid_train (model, data, "iterations", 2, "display", "off", "callback", @(k, i) NaN)
%!error id=hybridsam:train:callback hybrid_train (model, data, "iterations", 2, "display", "off", "callback", @(k, i) {true})
%!assert (evalc ("hybrid_train (model, data, \"iterations\", 2, \"display\", \"off\", \"callback\", @(k, i) printf (\"at %d\", k));"), "at 2")  # no result
%!error id=hybridsam:option:value hybrid_train (model, data, "time_limit", -1)
%!error id=hybridsam:option:value hybrid_train (model, data, "batch", 0)
%!error id=hybridsam:values:struct hybrid_train (model, data, "start", 3)
