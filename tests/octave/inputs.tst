## SPDX-License-Identifier: GPL-3.0-or-later

## Inputs u(t) against closed forms, encoders, and how measurements that are ragged, missing or weighted make up the loss.

## ---- inputs: x' = -a x + b u(t) + c with u a polynomial between break points, solved by hand

## Coefficients (intervals x 4, highest power first) of u between its samples, from Octave's own interpolation.
%!function q = pieces (t, u, interpolation)
%!  n = numel (t) - 1;
%!  q = zeros (n, 4);
%!  switch (interpolation)
%!    case "zoh"
%!      q(:,4) = u(1:n);
%!    case "linear"
%!      q(:,3:4) = [diff(u) ./ diff(t), u(1:n)];
%!    case "pchip"
%!      q = pchip (t, u).coefs;
%!  endswitch
%!endfunction

## x at the samples. On one interval x = P + (x0 - P(0)) exp (-a s), where P' + a P = b u + c.
%!function x = exact (t, q, v, x0)
%!  x = x0;
%!  for k = 1:numel (t) - 1
%!    f = v(2) * q(k,:) + [0 0 0 v(3)];
%!    P = zeros (1, 4);
%!    P(1) = f(1) / v(1);
%!    for j = 2:4
%!      P(j) = (f(j) - (5 - j) * P(j-1)) / v(1);
%!    endfor
%!    h = t(k+1) - t(k);
%!    x(k+1,1) = polyval (P, h) + (x(k) - P(4)) * exp (-v(1) * h);
%!  endfor
%!endfunction

## The loss of all trajectories; v = [a b c], then the initial states.
%!function l = exact_loss (t, u, y, interpolation, v)
%!  top = bottom = 0;
%!  for b = 1:numel (t)
%!    r = exact (t{b}, pieces (t{b}, u{b}, interpolation), v(1:3), v(3+b)) - y{b};
%!    r = r(! isnan (y{b}));
%!    top += sum (r .^ 2);
%!    bottom += numel (r);
%!  endfor
%!  l = top / bottom;
%!endfunction

## Derivative of a formula by a complex step: exact to rounding.
%!function g = derivative (f, v)
%!  for i = 1:numel (v)
%!    w = v;
%!    w(i) += 1e-30i;
%!    g(:,i) = imag (f (w)) / 1e-30;
%!  endfor
%!endfunction

## Three trajectories share their times, with jumps at different samples (and one that holds still over a sample); two have times of their own, none of
## which the others know. What was not measured is often a break.
%!function [t, u, y] = ragged ()
%!  same = [0 0.3 1 1.1 2.5 4 4.7]';
%!  t = {same, same, same, [0.2 0.75 1.05 2.9]', [0 0.11 0.5 0.67 1.7 2.2 3.3 3.9]'};
%!  u = {[1 -2 0.5 3 0 0 1]', [0 0 0 2 2 -1 -1]', [0.4 0.4 1 1 1 1 2]', [2 -1 -1 3]', [0 1 3 -2 -2.5 0.5 1 0.8]'};
%!  y = {[1 NaN 0 1 NaN 2 1]', [NaN 1 1 NaN 0 0 NaN]', [0 0 0 0 0 0 1]', [1 NaN NaN 2]', [0 NaN NaN 1 NaN 1 1 NaN]'};
%!endfunction

%!shared model, engines
%! model = hybrid_model ("states", {"x"}, "inputs", {"u"}, "params", struct ("a", 0.7, "b", 1.3, "c", -0.2), ...
%!                       "rhs", @(t, x, u, p, nn) -p.a * x.x + p.b * u.u + p.c);
%! tight = {"rtol", 1e-11, "atol", 1e-13};
%! engines = {{"solver", "rk4", "step", 0.005}, [{"solver", "dopri5"}, tight], [{"cvode_method", "adams"}, tight], [{"cvode_method", "bdf"}, tight]};

%!test  # states, sensitivities, loss and gradient, every interpolation, every solver
%! [t, u, y] = ragged ();
%! x0 = [0.4 -1 0.2 1 0.5];
%! v = [0.7 1.3 -0.2];
%! for interpolation = {"zoh", "linear", "pchip"}
%!   data = hybrid_data (t, y, "inputs", u, "interpolation", interpolation{1}, "initial", x0, "initial_spread", Inf);
%!   values = hybrid_values (model, data);
%!   formula = @(w) exact_loss (t, u, y, interpolation{1}, w);
%!   g = derivative (formula, [v, x0]);
%!   for o = engines
%!     sol = hybrid_simulate (model, data, values, o{1}{:}, "sensitivities", {"a", "b", "c"});
%!     for b = 1:5
%!       path = @(w) exact (t{b}, pieces (t{b}, u{b}, interpolation{1}), w, x0(b));
%!       assert (sol.x{b}, path (v), 1e-7);
%!       assert ([sol.dx_dp.a{b}, sol.dx_dp.b{b}, sol.dx_dp.c{b}], derivative (path, v), 1e-7);
%!     endfor
%!     [loss, got] = hybrid_gradient (model, data, values, o{1}{:});
%!     assert (loss, formula ([v, x0]), 1e-7);
%!     assert ([got.params.a, got.params.b, got.params.c, got.initial], g, 1e-7);
%!   endfor
%! endfor

%!test  # no step crosses a break: one step an interval, or a loose tolerance, integrates x' = u as exactly as Simpson's rule does
%! sum_up = hybrid_model ("states", {"x"}, "inputs", {"u"}, "rhs", @(t, x, u, p, nn) u.u);
%! [t, u] = ragged ();
%! for interpolation = {"zoh", "linear", "pchip"}
%!   data = hybrid_data (t, [], "inputs", u, "interpolation", interpolation{1}, "initial", 0);
%!   sol = hybrid_simulate (sum_up, data, hybrid_values (sum_up), "solver", "rk4", "step", 100);
%!   for b = 1:5
%!     q = pieces (t{b}, u{b}, interpolation{1});
%!     h = diff (t{b});
%!     x = [0; cumsum(sum (q .* [h.^4/4, h.^3/3, h.^2/2, h], 2))];
%!     assert (sol.x{b}, x, 1e-13);
%!     if (strcmp (interpolation{1}, "zoh"))
%!       for method = {"adams", "bdf"}
%!         loose = hybrid_simulate (sum_up, data, hybrid_values (sum_up), "cvode_method", method{1}, "rtol", 1e-2, "atol", 1e-2);
%!         assert (loose.x{b}, x, 1e-12);
%!       endfor
%!     endif
%!   endfor
%! endfor

%!test  # nothing in a data set changes its neighbours: all at once or each alone
%! [t, u, y] = ragged ();
%! for interpolation = {"zoh", "linear", "pchip"}
%!   for o = engines
%!     all = hybrid_simulate (model, hybrid_data (t, [], "inputs", u, "interpolation", interpolation{1}, "initial", 0.3), hybrid_values (model), o{1}{:});
%!     for b = 1:5
%!       one = hybrid_simulate (model, hybrid_data (t{b}, [], "inputs", u{b}, "interpolation", interpolation{1}, "initial", 0.3), hybrid_values (model), o{1}{:});
%!       assert (all.x{b}, one.x, 1e-9);
%!     endfor
%!   endfor
%! endfor

%!test  # an output function sees the value that holds from its sample on
%! m = hybrid_model ("states", {"x"}, "inputs", {"u"}, "rhs", @(t, x, u, p, nn) 0 * x.x, "output", @(t, x, u, p, nn) u.u);
%! [t, u] = ragged ();
%! for interpolation = {"zoh", "linear", "pchip"}
%!   for solver = {"rk4", "cvode"}
%!     sol = hybrid_simulate (m, hybrid_data (t, [], "inputs", u, "interpolation", interpolation{1}, "initial", 0), hybrid_values (m), "solver", solver{1});
%!     assert (vertcat (sol.y{:}), vertcat (u{:}), 1e-15);
%!   endfor
%! endfor

%!test  # two inputs and a network of them, gradients of every engine
%! m = hybrid_model ("states", {"q", "p"}, "inputs", {"f", "s"}, "params", struct ("k", 1.1), "nets", struct ("g", hybrid_net ([3 4 1])), ...
%!                   "rhs", @(t, x, u, p, nn) [x.p; -p.k * sin(x.q) + u.f * nn.g([x.q; x.p; u.s])]);
%! [t, u] = ragged ();
%! for interpolation = {"zoh", "linear", "pchip"}
%!   data = hybrid_data (t, cellfun (@(t) [cos(t), -sin(t)], t, "UniformOutput", false), "interpolation", interpolation{1}, ...
%!                       "inputs", cellfun (@(u) [u, 0.5 * flipud(u)], u, "UniformOutput", false));
%!   report = hybrid_gradcheck (m, data, hybrid_values (m), "display", false, "coordinates", 4);
%!   assert (report.passed);
%!   assert (fieldnames (report.worst), {"rk4"; "dopri5"; "cvode"; "sensitivities"});
%! endfor

## ---- encoders: the initial state computed from what is known of a trajectory

%!shared t, Y
%! t = {(0:0.2:1.6)', [0 0.3 0.5 0.6 1.1]', (0:0.25:1.5)'};
%! Y = cellfun (@(t, a) [a*cos(2*t), -2*a*sin(2*t)] + 0.02 * cos (30 * [t, t+1]), t, {1, 0.5, -0.7}, "UniformOutput", false);

%!test  # a network over the first samples
%! m = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 3.8, "s", 0.9), "nets", struct ("e", hybrid_net ([6 5 2])), "window", 3, ...
%!                   "initial", @(z, p, nn) p.s * z.y(:,1) + nn.e(z.y(:)), "rhs", @(t, x, u, p, nn) [x.p; -p.w2 * x.q]);
%! report = hybrid_gradcheck (m, hybrid_data (t, Y), hybrid_values (m), "display", false);
%! assert (report.passed);
%! assert (fieldnames (report.worst), {"rk4"; "dopri5"; "cvode"; "sensitivities"});
%! assert (unique ({report.table.block}), {"e", "s", "w2"});

%!test  # named features, and a state that is not measured
%! m = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 3.8, "s", 0.9), "nets", struct ("e", hybrid_net ([2 5 1])), "features", {"angle", "push"}, ...
%!                   "initial", @(z, p, nn) [z.angle; p.s * z.push + nn.e([z.angle; z.push])], "rhs", @(t, x, u, p, nn) [x.p; -p.w2 * x.q], ...
%!                   "output", @(t, x, u, p, nn) x.q);
%! data = hybrid_data (t, cellfun (@(y) y(:,1), Y, "UniformOutput", false), "features", [1 0.5 -0.7; 0.1 0 -0.2]);
%! report = hybrid_gradcheck (m, data, hybrid_values (m), "display", false);
%! assert (report.passed);
%! assert (fieldnames (report.worst), {"rk4"; "dopri5"; "cvode"});

%!test  # both at once, and what training makes of it: states of trajectories it has never seen
%! m = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 3), "nets", struct ("e", hybrid_net ([3 6 1])), "features", {"g"}, "window", 2, ...
%!                   "initial", @(z, p, nn) [z.y(1); nn.e([z.y(:); z.g])], "rhs", @(t, x, u, p, nn) [x.p; -p.w2 * x.q], "output", @(t, x, u, p, nn) x.q);
%! s = (0:0.25:3)';
%! phase = linspace (0, 5, 16);
%! y = reshape (cos (2 * s + phase), [], 1, 16);
%! data = hybrid_data (s, y(:,1,1:2:16), "features", phase(1:2:16) / 5);
%! other = hybrid_data (s, y(:,1,2:2:16), "features", phase(2:2:16) / 5);
%! report = hybrid_gradcheck (m, data, hybrid_values (m), "display", false, "coordinates", 4);
%! assert (report.passed);
%! fit = hybrid_train (m, data, "solver", "rk4", "iterations", 1500, "learning_rate", 0.02, "schedule", "cosine", "display", "off");
%! assert (fit.params.w2, 4, 0.05);
%! assert (hybrid_gradient (m, other, fit.values) < 0.01);
%! assert (hybrid_gradient (m, other, hybrid_values (m)) > 0.3);
%!test  # what was not measured cannot be looked at; the error names the trajectory
%! m = hybrid_model ("states", {"q"}, "window", 2, "params", struct ("k", 1), "initial", @(z, p, nn) z.y(2), "rhs", @(t, x, u, p, nn) -p.k * x.q);
%! data = hybrid_data ({0:2, 0:2}, {[1; 2; 3], [1; NaN; 3]});
%! fail ("hybrid_gradient (m, data, hybrid_values (m))", "first 2 samples of trajectory 2");

## ---- one number from measurements that are ragged, missing, weighted

%!shared decay, v, t, rk4, y, w
%! decay = hybrid_model ("states", {"a", "b"}, "params", struct ("k", 0.6, "s", 1.4), "rhs", @(t, x, u, p, nn) [-p.k * x.a; p.s - x.a * x.b]);
%! v = hybrid_values (decay);
%! t = {(0:0.25:2)', [0 0.5 0.75 3]', [1 1.25 2]'};
%! rk4 = {"solver", "rk4", "step", 0.05};
%! y = cellfun (@(t) [1 + cos(t), sin(3 * t)], t, "UniformOutput", false);
%! w = cellfun (@(t) [1 + t, 2 + cos(t)], t, "UniformOutput", false);
%! y{2}(2,1) = y{3}(2,2) = NaN;

%!test  # all in one call is the weighted mean of each alone: loss and gradient, both solvers
%! for weights = {{}, w}
%!   for solver = {rk4, {"rtol", 1e-11, "atol", 1e-13}}
%!     top = bottom = 0;
%!     g = [0 0];
%!     for b = 1:3
%!       weight = {ones(size (y{b})), w{b}}{1 + ! isempty(weights{1})};
%!       total = sum (weight(! isnan (y{b})));
%!       [l, gb] = hybrid_gradient (decay, hybrid_data (t{b}, y{b}, "initial", [1; 0.5], "weights", weight), v, solver{1}{:});
%!       top += total * l;
%!       g += total * [gb.params.k, gb.params.s];
%!       bottom += total;
%!     endfor
%!     [l, all] = hybrid_gradient (decay, hybrid_data (t, y, "initial", [1; 0.5], "weights", weights{1}), v, solver{1}{:});
%!     assert (l, top / bottom, 1e-9);
%!     assert ([all.params.k, all.params.s], g / bottom, 1e-8);
%!   endfor
%! endfor

%!test  # NaN anywhere: the loss of the rest, and the gradient of the rest
%! truth = hybrid_simulate (decay, hybrid_data (t, [], "initial", [1; 0.5]), v, rk4{:}).y;
%! predicted = vertcat (truth{:});
%! full = cellfun (@(t) [1 + cos(t), sin(3 * t)], t, "UniformOutput", false);
%! measured = vertcat (full{:});
%! weight = vertcat (w{:});
%! n = cellfun (@numel, t);
%! rand ("twister", 5);
%! for trial = 1:20
%!   missing = rand (size (measured)) < 0.4;
%!   missing([1 10 14],1) = false;     # something of every trajectory and of every output
%!   missing([2 11 15],2) = false;
%!   holes = measured;
%!   holes(missing) = NaN;
%!   data = hybrid_data (t, mat2cell (holes, n, 2)', "initial", [1; 0.5], "weights", w);
%!   [l, g] = hybrid_gradient (decay, data, v, rk4{:});
%!   rest = ! missing;
%!   assert (l, sum (weight(rest) .* (measured - predicted)(rest) .^ 2) / sum (weight(rest)), 1e-13);
%!   no_weight = weight;
%!   no_weight(missing) = 0;
%!   same = hybrid_data (t, full, "initial", [1; 0.5], "weights", mat2cell (no_weight, n, 2)');
%!   [other, h] = hybrid_gradient (decay, same, v, rk4{:});
%!   assert (other, l, 1e-13);
%!   assert ([h.params.k, h.params.s], [g.params.k, g.params.s], 1e-13);
%! endfor

%!test  # a sample of which nothing was measured might as well not be there
%! holes = [1 0; NaN NaN; 2 1; NaN NaN; 1 NaN];
%! s = (0:0.5:2)';
%! keep = [1 3 5];
%! for solver = {rk4, {"rtol", 1e-11, "atol", 1e-13}}
%!   [l, g] = hybrid_gradient (decay, hybrid_data (s, holes), v, solver{1}{:});
%!   [m, h] = hybrid_gradient (decay, hybrid_data (s(keep), holes(keep,:)), v, solver{1}{:});
%!   assert (l, m, 1e-9);
%!   assert ([g.params.k, g.params.s], [h.params.k, h.params.s], 1e-8);
%! endfor

%!test  # a weight of 3 is the trajectory three times; a factor on all weights is none
%! copies = hybrid_data (t([1 1 1 2 3]), y([1 1 1 2 3]), "initial", [1; 0.5]);
%! weights = cellfun (@(t, k) k * ones (numel (t), 1), t, {3, 1, 1}, "UniformOutput", false);
%! for factor = [1 7]
%!   data = hybrid_data (t, y, "initial", [1; 0.5], "weights", cellfun (@(w) factor * w, weights, "UniformOutput", false));
%!   [l, g] = hybrid_gradient (decay, data, v, rk4{:});
%!   [m, h] = hybrid_gradient (decay, copies, v, rk4{:});
%!   assert (l, m, 1e-13);
%!   assert ([g.params.k, g.params.s], [h.params.k, h.params.s], 1e-13);
%! endfor
