## SPDX-License-Identifier: GPL-3.0-or-later

## Values that belong to single trajectories, priors, scales, long records: closed forms, and every engine's gradient.

%!test  # linear and Gaussian: the posterior mode has a closed form. x(0) with a prior, b with a prior, y = x0 + b t + noise
%! model = hybrid_model ("states", {"x"}, "params", struct ("b", struct ("start", 0, "prior_mean", 2, "prior_spread", 0.3)), ...
%!                       "rhs", @(t, x, u, p, nn) p.b);
%! t = (0:0.5:3)';
%! y = [0.9 1.7 2.2 3.3 3.6 4.9 5.4]';
%! sigma = 0.4;
%! data = hybrid_data (t, y, "initial", 0.5, "initial_spread", 0.2, "weights", 1 / sigma ^ 2);
%! A = [ones(7, 1), t];
%! mode = (A' * A / sigma ^ 2 + diag ([1 / 0.2 ^ 2, 1 / 0.3 ^ 2])) \ (A' * y / sigma ^ 2 + [0.5 / 0.2 ^ 2; 2 / 0.3 ^ 2]);
%! fit = hybrid_train (model, data, "solver", "rk4", "iterations", 3000, "learning_rate", 0.05, "schedule", "cosine", "display", "off");
%! assert ([fit.values.initial; fit.params.b], mode, 1e-6);

%!test  # the same with the prior on the log, against the mode found by Newton's method on the closed form
%! model = hybrid_model ("states", {"x"}, "params", struct ("b", struct ("start", 1, "lower", 0, "prior_mean", 2, "prior_spread", 0.1, "prior_on", "log")), ...
%!                       "rhs", @(t, x, u, p, nn) p.b);
%! t = (0:0.5:3)';
%! y = 1.5 * t + 0.1 * cos (7 * t);
%! data = hybrid_data (t, y, "initial", 0, "weights", 25);
%! slope = @(b) 25 * sum (2 * t .* (b * t - y)) + 2 * (log (b) - log (2)) / (0.01 * b);
%! b = fzero (slope, [0.5 3]);
%! fit = hybrid_train (model, data, "solver", "rk4", "iterations", 3000, "learning_rate", 0.05, "schedule", "cosine", "display", "off");
%! assert (fit.params.b, b, 1e-7);

%!test  # a rate of its own for each trajectory, and one amplitude: closed form of noise-free data
%! model = hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "lower", 0.01, "shared", false), "a", 2), ...
%!                       "rhs", @(t, x, u, p, nn) p.a - p.k * x.x);
%! rates = [0.5 1 2];
%! t = (0:0.25:2)';
%! y = 3 ./ rates .* (1 - exp (-t .* rates)) + 0.2 * exp (-t .* rates);
%! data = hybrid_data (t, reshape (y, [], 1, 3), "initial", 0.2);
%! for solver = {"rk4", "cvode"}
%!   fit = hybrid_train (model, data, "solver", solver{1}, "step", 0.05, "iterations", 2000, "learning_rate", 0.05, "schedule", "cosine", "display", "off");
%!   assert (fit.params.k, rates, 1e-4);
%!   assert (fit.params.a, 3, 1e-4);
%! endfor
%! s = hybrid_simulate (model, data, fit.values, "rtol", 1e-10, "atol", 1e-12, "sensitivities", {"k"});
%! h = 1e-4;
%! up = down = fit.values;
%! up.params.k += h;
%! down.params.k -= h;
%! difference = (hybrid_simulate (model, data, up, "rtol", 1e-12, "atol", 1e-13).x - hybrid_simulate (model, data, down, "rtol", 1e-12, "atol", 1e-13).x) / (2 * h);
%! assert (s.dx_dp.k, difference, 1e-7);

%!test  # estimated initial states: noisy starts are improved, and segments with them find what the whole record says
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.8), "rhs", @(t, x, u, p, nn) [x.p; -p.w2 * x.q]);
%! t = (0:0.2:8)';
%! clean = [cos(t), -sin(t)];
%! noise = 0.05 * cos (100 * (1:82)' .^ 2);
%! data = hybrid_data (t, clean + reshape (noise, 41, 2), "initial", "estimate");
%! o = {"solver", "rk4", "iterations", 1500, "learning_rate", 0.02, "schedule", "cosine", "display", "off"};
%! free = hybrid_train (model, data, o{:});
%! assert (free.values.initial, [1; 0], 0.03);
%! first = hybrid_train (model, hybrid_data (t, data.y), o{:});
%! assert (abs (free.params.w2 - 1) < abs (first.params.w2 - 1));
%! long = hybrid_train (model, data, o{:}, "shooting", 10, "shooting_weight", 10, "iterations", 4000);
%! assert (long.params.w2, free.params.w2, 1e-3);
%! assert (long.info.gap < 0.01);
%! assert (size (long.values.initial), [2 1]);

%!test  # bounds: estimates never leave them, the gradient next to them is right
%! model = hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 0.9, "lower", 0, "upper", 1)), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! t = (0:0.2:2)';
%! data = hybrid_data (t, exp (-1.5 * t));
%! fit = hybrid_train (model, data, "solver", "rk4", "iterations", 2000, "learning_rate", 0.5, "display", "off");
%! assert (all (fit.history.params.k < 1 & fit.history.params.k > 0));
%! assert (fit.params.k > 0.999);
%! v = hybrid_values (model);
%! for k = [1e-6, 0.5, 1 - 1e-6]
%!   v.params.k = k;
%!   [~, g] = hybrid_gradient (model, data, v, "solver", "rk4");
%!   x = exp (-k * t);
%!   fine = @(k) hybrid_gradient (hybrid_model ("states", {"x"}, "params", struct ("k", k), "rhs", @(t, x, u, p, nn) -p.k * x.x), data, setfield (v, "params", "k", k), "solver", "rk4");
%!   h = 1e-4;
%!   assert (g.params.k, (8 * (fine (k + h) - fine (k - h)) - fine (k + 2*h) + fine (k - 2*h)) / (12 * h), 1e-9);
%! endfor

%!test  # gradients of everything at once, ragged, with inputs, every engine
%! net = hybrid_net ([2 4 1]);
%! model = hybrid_model ("states", {"q", "p"}, "inputs", {"f"}, "nets", struct ("g", net), ...
%!   "params", struct ("w2", struct ("start", 0.9, "lower", 0.1, "upper", 3, "prior_mean", 1.2, "prior_spread", 0.3, "prior_on", "log"), ...
%!                     "c", struct ("start", [0.1; 0.2], "shared", false, "lower", 0, "prior_mean", 0.3, "prior_spread", 0.5)), ...
%!   "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - p.c(1)*x.p - p.c(2)*x.q + 0.1*nn.g([x.q; x.p]) + u.f]);
%! t1 = (0:0.3:2.4)';
%! t2 = (0:0.4:2)';
%! data = hybrid_data ({t1, t2, t1}, {[cos(t1) -sin(t1)], [0.5*cos(t2) -0.5*sin(t2)], [0.2*cos(t1) -0.2*sin(t1)]}, ...
%!                     "inputs", {0.1*cos(3*t1), 0.2*sin(t2), t1}, "initial", [1 0.5 0.2; 0 0 0], "initial_spread", [0.1 Inf 0; 0.2 0.3 Inf]);
%! v = hybrid_values (model, data, "seed", 2);
%! assert (size (v.params.c), [2 3]);
%! v.params.c = [0.1 0.2 0.3; 0.4 0.1 0.2];
%! v.initial += [0.01 0.02 0; 0.03 -0.01 0.05];
%! report = hybrid_gradcheck (model, data, v, "display", false);
%! assert (report.passed);
%! assert (unique ({report.table.block}), {"c", "g", "initial", "w2"});
%! report = hybrid_gradcheck (model, hybrid_segment (data, 4), hybrid_values (model, hybrid_segment (data, 4)), "display", false, "engines", {"rk4"});
%! assert (report.passed);

%!test  # an own parameter without tracing, and in the output function
%! warning ("off", "hybridsam:model:untraced", "local");
%! make = @(tf) hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "shared", false), "s", 2), "rhs", @(t, x, u, p, nn) -p.k * x.x, ...
%!                            "output", @(t, x, u, p, nn) p.s * p.k * x.x, "trace", tf);
%! t = (0:0.5:2)';
%! data = hybrid_data (t, cat (3, exp (-t), exp (-2*t)), "initial", [1 1]);
%! v = hybrid_values (make (true), data);
%! v.params.k = [0.7 1.3];
%! [a, ga] = hybrid_gradient (make (true), data, v, "solver", "rk4");
%! [b, gb] = hybrid_gradient (make (false), data, v, "solver", "rk4");
%! assert (a, b, 1e-14);
%! assert ([gb.params.k, gb.params.s], [ga.params.k, ga.params.s], 1e-7);

%!test  # residuals in units of each output's spread
%! model = hybrid_model ("states", {"a", "b"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) [-p.k * x.a; -p.k * x.b]);
%! t = (0:0.5:2)';
%! data = hybrid_data (t, [exp(-t), 1000 * exp(-2 * t)]);
%! v = hybrid_values (model);
%! y = data.y;
%! r = (hybrid_simulate (model, data, v, "solver", "rk4").y - y)(2:end,:);
%! assert (hybrid_gradient (model, data, v, "solver", "rk4", "scale", "auto"), mean ((r ./ std (y))(:) .^ 2), 1e-12);
%! assert (hybrid_gradient (model, data, v, "solver", "rk4", "scale", [2 5]), mean ((r ./ [2 5])(:) .^ 2), 1e-9);
%! fit = hybrid_train (model, data, "scale", "auto", "iterations", 2, "display", "off", "validation", data);
%! assert (fit.info.scale, std (y)', 1e-12);
%! assert (fit.info.best_value, hybrid_gradient (model, data, fit.best, "scale", "auto"), 1e-12);

%!test  # a growing horizon: stages of an eighth of the iterations, the same bits in one run and in two
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "rhs", @(t, x, u, p, nn) [x.p; -p.w2 * x.q]);
%! t = (0:0.25:20)';
%! data = hybrid_data (t, [cos(t), -sin(t)]);
%! o = {"solver", "rk4", "iterations", 400, "display", "off", "horizon", "grow", "learning_rate", 0.02};
%! grow = hybrid_train (model, data, o{:});
%! assert (grow.params.w2, 1, 1e-3);
%! whole = hybrid_train (model, data, o{:}, "horizon", "full");
%! assert (abs (whole.params.w2 - 1) > 0.1);      # the long record alone is lost in a poor minimum
%! file = tempname ();
%! unwind_protect
%!   hybrid_train (model, data, o{:}, "checkpoint", file, "callback", @(k, i) true);
%!   assert (hybrid_train ("resume", file, "callback", []).state, grow.state);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect

%!shared model, data
%! model = hybrid_model ("states", {"x"}, "params", struct ("k", 1, "c", struct ("start", 1, "shared", false)), "rhs", @(t, x, u, p, nn) -p.k * x.x + p.c);
%! data = hybrid_data ([0 1], [1; 2], "initial", 1);
%!error id=hybridsam:model:prior hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "prior_mean", 1)), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:prior hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "prior_spread", 1)), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:prior hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "prior_mean", 1, "prior_spread", 0)), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:prior hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "prior_mean", 1, "prior_spread", NaN)), "rhs", @(t, x, u, p, nn) 1)
%!test  # other things than numbers
%! for e = {{{}}, struct("a", 1), @sin, {"a"}, "word", 2i, [1 2]}
%!   for field = {"prior_mean", "prior_spread"}
%!     spec = setfield (struct ("start", 1, "prior_mean", 1, "prior_spread", 1), field{1}, e{1});
%!     fail ("hybrid_model (\"states\", {\"x\"}, \"params\", struct (\"k\", spec), \"rhs\", @(t, x, u, p, nn) 1)", "must be numbers");
%!   endfor
%! endfor
%!error id=hybridsam:model:prior hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "prior_mean", 1, "prior_spread", 1, "prior_on", "log")), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:prior hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "prior_mean", 1, "prior_spread", 1, "prior_on", "ln")), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:shared hybrid_model ("inputs", {"x"}, "params", struct ("k", struct ("start", 1, "shared", false)), "output", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:function hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "shared", false)), "initial", @(z, p, nn) p.k, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:values:shape hybrid_gradient (model, data, setfield (hybrid_values (model), "params", "c", [1 2]))
%!error id=hybridsam:data:initial hybrid_gradient (model, hybrid_data ([0 1], [1; 2], "initial", [1; 2], "initial_spread", 1), hybrid_values (model))
%!error id=hybridsam:option:value hybrid_train (model, data, "scale", "automatic")
%!error id=hybridsam:option:value hybrid_train (model, data, "scale", [1 2])
%!error id=hybridsam:option:value hybrid_train (model, data, "scale", -1)
%!error id=hybridsam:option:value hybrid_train (model, data, "horizon", "shrink")
%!error id=hybridsam:option:value hybrid_train (model, data, "shooting", 0)
%!error id=hybridsam:option:value hybrid_train (model, data, "shooting", 1, "horizon", "grow")
%!error id=hybridsam:option:value hybrid_train (model, data, "shooting", 1, "shooting_weight", 0)
%!error id=hybridsam:train:validation hybrid_train (model, data, "validation", hybrid_data ([0 1], [1; 2], "initial", "estimate"))
%!error id=hybridsam:train:validation hybrid_train (model, data, "validation", hybrid_data ([0 1], ones (2, 1, 2), "initial", 1))
%!error id=hybridsam:train:last hybrid_train ("last")
