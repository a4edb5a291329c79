## SPDX-License-Identifier: GPL-3.0-or-later

## The fault list, as far as one process can show it (the others: resume.sh, interrupt.sh, memory.sh). Numbers that are none, everywhere.

## Every number of x: a cell array of subscripts, two for an array (its ends). Graphs (the core's own checks have a test), functions and data sets
## (which cannot be changed) are left out.
%!function paths = numbers_in (x, at)
%!  paths = {};
%!  if (isstruct (x))
%!    for k = 1:numel (x)
%!      for f = setdiff (fieldnames (x)', {"graphs", "functions"})
%!        paths = [paths, numbers_in(x(k).(f{1}), [at, substruct("()", {k}, ".", f{1})])];
%!      endfor
%!    endfor
%!  elseif (iscell (x))
%!    for k = 1:numel (x)
%!      paths = [paths, numbers_in(x{k}, [at, substruct("{}", {k})])];
%!    endfor
%!  elseif (isfloat (x) && ! isempty (x))
%!    paths = arrayfun (@(k) [at, substruct("()", {k})], unique ([1, numel(x)]), "UniformOutput", false);
%!  endif
%!endfunction

%!function text = words (path)
%!  text = "";
%!  for p = path
%!    if (ischar (p.subs))
%!      text = [text, ".", p.subs];
%!    else
%!      text = [text, sprintf("(%d)", p.subs{:})];
%!    endif
%!  endfor
%!endfunction

## Calls f (args{:}) with each number in turn replaced by NaN, Inf and -Inf. Each call must raise an error of this package, but for those that ALLOWED
## (patterns of "ARGUMENT.FIELD(ELEMENT) = VALUE", an argument that follows an option's name is called by it) says, and every one of these must
## happen: what is allowed is documented with the function.
%!function attack (f, args, allowed)
%!  wrong = {};
%!  used = false (size (allowed));
%!  for k = 1:numel (args)
%!    called = sprintf ("%d", k);
%!    if (k > 1 && ischar (args{k-1}))
%!      called = args{k-1};
%!    endif
%!    for path = numbers_in (args{k}, struct ("type", {}, "subs", {}))
%!      for evil = [NaN, Inf, -Inf]
%!        a = args;
%!        a{k} = subsasgn (a{k}, path{1}, evil);
%!        what = sprintf ("%s%s = %g", called, words (path{1}), evil);
%!        fits = ! cellfun (@isempty, regexp (what, allowed));
%!        try
%!          f (a{:});
%!          said = "no error";
%!          good = any (fits);
%!          used |= fits;
%!        catch e
%!          said = [e.identifier ": " e.message];
%!          good = strncmp (e.identifier, "hybridsam:", 10);
%!        end_try_catch
%!        if (! good)
%!          wrong{end+1} = [what ": " said];
%!        endif
%!      endfor
%!    endfor
%!  endfor
%!  wrong = [wrong, strcat("never happened: ", allowed(! used))];
%!  if (! isempty (wrong))
%!    error ("%s\n", "", wrong{:});
%!  endif
%!endfunction

%!shared t, y, model, data, v, fit, loss, in_model
%! warning ("off", "Octave:gnuplot-graphics");
%! t = (0:0.5:2)';
%! y = [cos(t), -sin(t)];
%! model = hybrid_model ("states", {"q", "p"}, "inputs", {"f"}, "nets", struct ("g", hybrid_net ([2 3 1])), "constants", struct ("m", 2), ...
%!   "params", struct ("w2", struct ("start", 0.9, "lower", 0.1, "upper", 3, "prior_mean", 1.2, "prior_spread", 0.3, "prior_on", "log"), ...
%!                     "c", struct ("start", [0.1; 0.2], "shared", false, "lower", 0, "prior_mean", 0.3, "prior_spread", 0.5)), ...
%!   "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - p.c(1)*x.p - p.c(2)*x.q + 0.1*nn.g([x.q; x.p]) + p.m*u.f]);
%! data = hybrid_data (t, cat (3, y, 2*y), "inputs", t, "initial", [1 2; 0 0], "initial_spread", 0.1);
%! v = hybrid_values (model, data);
%! fit = hybrid_train (model, data, "iterations", 3, "solver", "rk4", "display", "off");
%! loss = hybrid_gradient (model, data, v, "solver", "rk4");
%! in_model = {'^1.*\.lower\(\d+\) = -Inf', '^1.*\.upper\(\d+\) = Inf', '^1.*\.prior_spread\(\d+\) = Inf', '^1.*\.constants.* = '};
%!test attack (@hybrid_net, {[2 3 1]}, {});
%!test
%! attack (@hybrid_model, {"states", struct("q", 1, "p", [1 1]), "inputs", struct("f", 1), "constants", struct("m", 2), "window", 2, "features", {"z"}, ...
%!         "trace", 1, "nets", struct("g", hybrid_net([2 3 1])), "initial", @(z, p, nn) [z.z; z.y(1)], ...
%!         "params", struct("w2", struct("start", 0.9, "lower", 0.1, "upper", 3, "prior_mean", 1.2, "prior_spread", 0.3, "fixed", 0, "shared", 1), "b", [1 2; 3 4]), ...
%!         "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + p.b(1)*nn.g([x.q; x.p]) + p.m*u.f]}, ...
%!         {'lower\(1\) = -Inf', 'upper\(1\) = Inf', 'constants.* = '});
%!test  # data: NaN is not measured; an infinite spread is no prior
%! attack (@hybrid_data, {t, cat(3, y, 2*y), "inputs", t, "initial", [1 2; 0 0], "initial_spread", [1 2; 3 4], "weights", [1 2], "features", [1 2]}, ...
%!         {'^2\(.*\) = NaN', 'initial_spread\(.\) = Inf'});
%! attack (@hybrid_data, {{t, t(1:3)}, {y, y(1:3,:)}, "inputs", {t, t(1:3)}, "weights", {t, t(1:3)}}, {'^2.* = NaN'});
%! attack (@hybrid_data, {[], y, "inputs", t, "weights", t}, {'^2\(.*\) = NaN'});
%! attack (@hybrid_segment, {data, 2}, {});
%!test  # a file: NaN in an output is not measured; what decides the rows may be anything
%! file = [tempname(), ".csv"];
%! table = num2cell ([0 1 5 7; 1 2 6 7; 2 3 8 7]);
%! unwind_protect
%!   for evil = [NaN, Inf, -Inf]
%!     for row = 1:3
%!       for column = 1:3
%!         a = table;
%!         a{row,column} = evil;
%!         f = fopen (file, "w");
%!         fprintf (f, "t,y,u,k\n");
%!         fprintf (f, "%g,%g,%g,%g\n", a'{:});
%!         fclose (f);
%!         read = @() hybrid_data (file, "time", "t", "outputs", {"y"}, "inputs", {"u"}, "trajectory", "k");
%!         if (column == 2 && isnan (evil))
%!           assert (read ().y(row), NaN);
%!         else
%!           fail ("read ()", "hybrid_data: ");
%!         endif
%!       endfor
%!     endfor
%!   endfor
%!   attack (@hybrid_data, {file, "time", "t", "outputs", {"y"}, "every", 2}, {});
%!   attack (@hybrid_data, {file, "time", "t", "outputs", {"y"}, "where", {"k", 7}}, {});
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!test attack (@hybrid_values, {model, data, "seed", 2}, in_model);
%!test  # options: what hybrid_options gives as range
%! attack (@hybrid_gradient, {model, data, v, "rho", 0.1, "eta", 0.1, "lambda", 0.1, "scale", [1 2], "step", 0.1, "rtol", 1e-6, "atol", 1e-8, "max_steps", 1e3, ...
%!         "solver", "rk4"}, [in_model, {'step\(1\) = Inf'}]);
%! attack (@hybrid_simulate, {model, data, v, "step", 0.1, "rtol", 1e-6, "atol", 1e-8, "max_steps", 1e3, "solver", "rk4"}, [in_model, {'step\(1\) = Inf'}]);
%! attack (@hybrid_gradcheck, {model, data, v, "step", 0.5, "rtol", 1e-6, "atol", 1e-8, "coordinates", 1, "display", 0, "engines", {"rk4"}}, ...
%!         [in_model, {'step\(1\) = Inf', 'coordinates\(1\) = Inf'}]);
%!test
%! attack (@hybrid_train, {model, data, "start", v, "rho", 0.1, "eta", 0.1, "lambda", 0.1, "scale", [1 2], "shooting", 2, "shooting_weight", 1, "momentum", 0.9, ...
%!         "learning_rate", struct("params", 1, "nets", 2), "weight_decay", 0.1, "batch", 1, "shuffle", 1, "clip", 1, "step", 0.1, "max_steps", 1e3, "rtol", 1e-6, ...
%!         "atol", 1e-8, "seed", 1, "validate_every", 2, "patience", 3, "time_limit", 10, "checkpoint_seconds", 3, "solver", "rk4", "display", "off", "iterations", 1}, ...
%!         [in_model, {'(batch|clip|step|patience|time_limit|checkpoint_seconds)\(1\) = Inf'}]);
%!test  # plots: the model, the values and the options; a history has NaN where a step was passed over
%! draw = @(m, values, varargin) close (hybrid_plot (setfield (setfield (fit, "model", m), "values", values), "fit", varargin{:}));
%! attack (draw, {model, fit.values, "trajectories", [1 2], "truth", struct("w2", 1)}, in_model);
%! for evil = [NaN, Inf, -Inf]
%!   f = fit;
%!   f.history.loss(2) = f.history.validation(2) = f.history.params.w2(2) = evil;
%!   close (hybrid_plot (f, "history"));
%!   close (hybrid_plot (f, "estimates"));
%! endfor
%!test  # judging and choosing
%! attack (@(varargin) hybrid_report (fit, "display", "off", varargin{:}), {"sigma", 0.1, "weight_spread", 1, "relative", 0.1, "confidence", 0.9, "profile_points", 2, ...
%!         "profile_iterations", 2, "landscape_points", 2, "rho", [0.1 0.2], "sharpness", 0}, {'(weight_spread|relative)\(1\) = Inf'});
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "nets", struct ("f", hybrid_net ([1 2 1])), "rhs", @(t, x, u, p, nn) -p.k * x.x + nn.f(x.x));
%! d = hybrid_data (t, cat (3, exp (-t), 2 * exp (-t)));
%! attack (@(varargin) hybrid_sweep (m, d, "iterations", 1, "solver", "rk4", "display", "off", varargin{:}), {"rho", [0.1 0], "seeds", [1 2], "folds", 2, ...
%!         "warm_iterations", 1, "final_iterations", 1, "report", 0}, {});
%! attack (@(varargin) hybrid_sweep (m, d, "method", "l2", "iterations", 1, "solver", "rk4", "display", "off", "report", false, varargin{:}), {"lambda", [0.1 0]}, {});
%! attack (@hybrid_task, {"pendulum", "seed", 1, "size", 2}, {});
%! task = hybrid_task ("pendulum", "size", 1);
%! attack (@(varargin) hybrid_compare (task, "erm", "train", {"iterations", 1}, "display", "off", varargin{:}), {"seeds", [1 2], "data_seeds", 1}, {});
%!test attack (@hybrid_ifelse, {1, 2, 3}, {'= '});
## ---- the user's own errors

%!function stop = fussy (k, ~)
%!  stop = false;
%!  if (k >= 3)
%!    error ("mine:callback", "enough at %d", k);
%!  endif
%!endfunction
%!function dx = moody (x, k)  # fails in the third call after it was armed
%!  global left;
%!  left -= 1;
%!  if (left == 0)
%!    error ("mine:physics", "no physics at %g", k);
%!  endif
%!  dx = -k * x;
%!endfunction
%!function e = error_of (f)
%!  e = [];
%!  try
%!    f ();
%!  catch e
%!  end_try_catch
%!endfunction
%!test  # of a callback: identifier, message and stack are the user's; the best values are kept, in memory and in the file
%! file = tempname ();
%! unwind_protect
%!   run = @() hybrid_train (model, data, "iterations", 1e6, "solver", "rk4", "display", "off", "checkpoint", file, "callback", @fussy);
%!   e = error_of (run);
%!   assert ({e.identifier, strncmp(e.message, "enough at ", 10)}, {"mine:callback", true});
%!   assert (any (strfind (e.stack(1).name, "fussy")));
%!   assert (any (strcmp ({e.stack.name}, "hybrid_train")));
%!   last = hybrid_train ("last");
%!   assert (last.info.status, "BROKEN_OFF");
%!   assert (last.info.iterations >= 3);
%!   [least, k] = min (last.history.loss);
%!   assert (hybrid_gradient (model, data, last.best, "solver", "rk4"), least, 1e-12);
%!   assert (load (file).checkpoint.state, last.state);
%!   more = hybrid_train ("resume", file, "callback", [], "iterations", last.info.iterations + 2);
%!   assert (more.info.iterations, last.info.iterations + 2);
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!test  # of an untraced model function, wherever it is called
%! warning ("off", "hybridsam:model:untraced", "local");
%! global left = Inf;
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) moody (x.x, p.k), "trace", false);
%! d = hybrid_data (t, exp (-2 * t));
%! values = hybrid_values (m);
%! calls = {@() hybrid_simulate(m, d, values), @() hybrid_simulate(m, d, values, "solver", "rk4"), @() hybrid_gradient(m, d, values), ...
%!          @() hybrid_gradient(m, d, values, "solver", "rk4"), @() hybrid_train(m, d, "iterations", 5, "display", "off"), ...
%!          @() hybrid_train(m, d, "iterations", 5, "display", "off", "solver", "rk4")};
%! for call = calls
%!   for at = [1 3 9]
%!     left = at;
%!     e = error_of (call{1});
%!     assert ({e.identifier, e.message}, {"mine:physics", "no physics at 1"});
%!     assert (any (strfind (e.stack(1).name, "moody")));
%!   endfor
%! endfor
%! left = 150;  # some steps are taken
%! e = error_of (@() hybrid_train (m, d, "iterations", 50, "display", "off", "solver", "rk4"));
%! assert (e.identifier, "mine:physics");
%! left = Inf;
%! last = hybrid_train ("last");
%! assert (last.info.status, "BROKEN_OFF");
%! assert (isfinite (last.params.k) && isfinite (hybrid_gradient (m, d, last.best, "solver", "rk4")));
%! clear -global left

## ---- data and models that cannot be served

%!test  # a right-hand side that blows up for some theta: steps are rejected, the fit is not
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", 0.25), "rhs", @(t, x, u, p, nn) p.a * x.x ^ 2);
%! grid = (0:0.1:0.9)';
%! d = hybrid_data (grid, 1 ./ (1 - grid));  # a = 1; beyond 1.11 the solution has no value at 0.9
%! for solver = {"rk4", "cvode"}
%!   fit1 = hybrid_train (m, d, "solver", solver{1}, "step", 0.005, "iterations", 400, "learning_rate", 0.3, "schedule", "cosine", ...
%!                        "optimizer", "sgd", "momentum", 0, "clip", 1, "display", "off");
%!   assert (fit1.info.status, "CONVERGED");
%!   assert (! isempty (fit1.info.unsolved) && fit1.info.unsolved.params.a > 1.1);
%!   assert (fit1.params.a, 1, 1e-3);
%! endfor
%!test  # a trajectory with one sample: alone there is nothing to fit; beside others it changes nothing; with a known start it counts
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! values = hybrid_values (m);
%! fail ("hybrid_train (m, hybrid_data (0, 1))", "no measurement is left to fit");
%! alone = hybrid_data (t, exp (-2 * t));
%! both = hybrid_data ({t, 3}, {exp(-2 * t), 7});
%! known = hybrid_data ({t, 3}, {exp(-2 * t), 7}, "initial", [1 5]);
%! for solver = {"rk4", "cvode"}
%!   [a, g] = hybrid_gradient (m, alone, values, "solver", solver{1});
%!   [b, h] = hybrid_gradient (m, both, values, "solver", solver{1});
%!   assert ([b, h.params.k], [a, g.params.k], 1e-14);
%!   [c, h] = hybrid_gradient (m, known, values, "solver", solver{1});
%!   assert ([c, h.params.k], [4 * a + 4, 4 * g.params.k] / 6, 1e-14);
%!   assert (hybrid_simulate (m, known, values, "solver", solver{1}).x{2}, 5);
%!   assert (hybrid_train (m, both, "solver", solver{1}, "iterations", 2, "batch", 1, "display", "off").info.iterations, 2);
%! endfor
%!error id=hybridsam:data:times hybrid_data ([0 1 1 2], (1:4)')
%!error <trajectory 2 time 3 is 1 after 1> hybrid_data ({[0 1], [0 1 1]}, {[1; 2], [1; 2; 3]})
%!error id=hybridsam:data:shape hybrid_data (0:3, (1:4)', "inputs", (1:3)')                      # an input that ends before the data
%!error <"inputs" has 2 rows in trajectory 2> hybrid_data ({0:1, 0:2}, {[1; 2], [1; 2; 3]}, "inputs", {[1; 2], [1; 2]})
%!error id=hybridsam:data:inputs hybrid_data (0:3, (1:4)', "inputs", [1; 2; 3; NaN])

## ---- files that cannot be written (permissions do not stop root, who may run this: /proc does)

%!function said = warnings_of (f)
%!  lastwarn ("", "");
%!  warning ("on", "hybridsam:checkpoint:write", "local");
%!  evalc ("f ();");
%!  [~, said] = lastwarn ();
%!endfunction
%!test  # the disk is full, a folder is in the way, the folder is gone or takes no files: a warning each, and the run goes on to its end
%! folder = tempname ();
%! mkdir (folder);
%! unwind_protect
%!   file = fullfile (folder, "run");
%!   run = @(varargin) hybrid_train (model, data, "iterations", 5, "solver", "rk4", "display", "off", "checkpoint", file, varargin{:});
%!   first = run ();
%!   kept = fileread (file);
%!   symlink ("/dev/full", [file ".part"]);
%!   assert (warnings_of (@() run ("seed", 2)), "hybridsam:checkpoint:write");
%!   assert (fileread (file), kept);
%!   assert (isempty (lstat ([file ".part"])));  # nothing is left
%!   mkdir ([file ".part"]);
%!   assert (warnings_of (@() run ("seed", 2)), "hybridsam:checkpoint:write");
%!   assert (fileread (file), kept);
%!   rmdir ([file ".part"]);
%!   assert (warnings_of (@() run ("checkpoint", "/proc/checkpoint")), "hybridsam:checkpoint:write");
%!   unlink (file);
%!   assert (warnings_of (@() run ("callback", @(k, i) ! rmdir (folder))), "hybridsam:checkpoint:write");
%!   assert (! isfolder (folder));
%!   assert (hybrid_gradient (model, data, v, "solver", "rk4"), loss);
%! unwind_protect_cleanup
%!   confirm_recursive_rmdir (false, "local");
%!   if (isfolder (folder))
%!     rmdir (folder, "s");
%!   endif
%! end_unwind_protect

%!assert (hybrid_gradient (model, data, v, "solver", "rk4"), loss)  # after all this: the same bits

%!test  # a trajectory that can be solved at w but not at w + e gives its plain gradient, with the weight of its measurements
%! model = hybrid_model ("states", {"x"}, "params", struct ("a", 1), "rhs", @(t, x, u, p, nn) p.a * x.x ^ 2);
%! part = {hybrid_data([0; 0.9], [1; 5]), hybrid_data([0; 0.5; 0.9], [0.1; 0.1; 0.1])};
%! both = hybrid_data ({[0; 0.9], [0; 0.5; 0.9]}, {[1; 5], [0.1; 0.1; 0.1]});
%! of = @(data, a, o) nthargout (2, @hybrid_gradient, model, data, struct ("params", struct ("a", a), "nets", struct ()), o{:});
%! for solver = {"dopri5", "cvode"}
%!   o = {"solver", solver{1}};
%!   fit = hybrid_train (model, both, o{:}, "method", "sam", "scope", "params", "rho", 0.3, "iterations", 1, "optimizer", "sgd", "momentum", 0, ...
%!                       "learning_rate", 1e-3, "display", "off");
%!   d = of (part{1}, 1, o).params.a / 3 + of (part{2}, 1.3, o).params.a * 2 / 3;
%!   assert (fit.params.a, 1 - 1e-3 * d, 1e-12);
%!   assert ([fit.info.unsolved.trajectory, fit.info.unsolved.count], [1 1]);
%! endfor
