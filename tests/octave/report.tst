## SPDX-License-Identifier: GPL-3.0-or-later

## hybrid_report: linear models with Gaussian noise have everything in closed form; then what it says in words, and a trap.

%!shared N, U, y, J, model, data, fit, options
%! N = 40;
%! U = [sin(1:N)', cos(1.7 * (1:N))', sin(0.3 * (1:N) .^ 2)', 0.5 * cos(2.9 * (1:N))' + 0.4 * sin(1:N)'];
%! y = U * [1.5; -2; 0.5; 0.7] + 0.3 + 0.1 * sin (11 * (1:N)' .^ 1.5);
%! J = [U, ones(N, 1)];  # theta a, b; the network's two weights and its bias
%! model = hybrid_model ("inputs", {"u1", "u2", "u3", "u4"}, "params", struct ("a", 1, "b", 1), "nets", struct ("f", hybrid_net ([2 1])), ...
%!                       "output", @(t, x, u, p, nn) p.a * u.u1 + p.b * u.u2 + nn.f([u.u3; u.u4]));
%! data = hybrid_data ([], y, "inputs", U);
%! options = {"optimizer", "sgd", "learning_rate", 0.4, "iterations", 2000, "display", "off"};
%! fit = hybrid_train (model, data, options{:});
%!test  # the fit is the least squares solution
%! assert ([fit.params.a; fit.params.b], (J \ y)(1:2), 1e-10);
%!test  # networks that may do anything: the covariance of least squares, sigma from the residuals
%! r = hybrid_report (fit, "weight_spread", Inf, "display", "off");
%! sigma2 = sumsq (y - J * (J \ y)) / (N - 5);
%! C = sigma2 * inv (J' * J);
%! assert (r.sigma, sqrt (sigma2), 1e-9);
%! assert (r.dof, 5, 1e-9);
%! assert ([r.standard_error.a, r.standard_error.b], sqrt (diag (C)(1:2))', 1e-9);
%! assert ([r.standard_error_fixed.a, r.standard_error_fixed.b], sqrt (diag (sigma2 * inv (U(:,1:2)' * U(:,1:2))))', 1e-9);
%! assert (inv (r.information), C(1:2,1:2), 1e-9);
%! assert (r.interval.a, fit.params.a + 1.959963984540054 * sqrt (C(1,1)) * [-1 1], 1e-9);
%! assert (r.identifiable, struct ("a", true, "b", true));
%! assert (r.step, struct ("a", 0, "b", 0), 1e-9);
%! assert (! isempty (strfind (r.sentences{2}, sprintf ("[%.5g, %.5g] with the networks free", r.interval.a))));
%! assert (numel (r.sentences), 4);
%!test  # a fit that was not trained to the end: the step that is missing, and the interval reaches over it
%! f = hybrid_train (model, data, options{:}, "iterations", 5);
%! r = hybrid_report (f, "weight_spread", Inf, "display", "off", "sharpness", false);
%! best = J \ y;
%! assert ([f.params.a + r.step.a, f.params.b + r.step.b], best(1:2)', 1e-9);
%! assert (! isempty (strfind ([r.sentences{:}], "A Gauss-Newton step would change b by")));
%! assert (r.interval.b(1) < min (best(2), f.params.b) && r.interval.b(2) > max (best(2), f.params.b));
%!test  # weights with a spread are a ridge
%! r = hybrid_report (fit, "weight_spread", 0.2, "sigma", 0.3, "display", "off");
%! C = inv (J' * J / 0.09 + diag ([0 0 25 25 25]));
%! assert ([r.standard_error.a, r.standard_error.b], sqrt (diag (C)(1:2))', 1e-10);
%! A = 0.2 * J(:,3:5);
%! assert (r.gamma, trace (A * A' * inv (0.09 * eye (N) + A * A')), 1e-10);
%!test  # estimated spread and noise meet the equations that define them
%! r = hybrid_report (fit, "display", "off");
%! phi = [fit.values.nets.f.W{1}(:); fit.values.nets.f.b{1}];
%! A = r.weight_spread * J(:,3:5);
%! assert (r.gamma, trace (A * A' * inv (r.sigma ^ 2 * eye (N) + A * A')), 1e-4);
%! assert (r.weight_spread ^ 2 * r.gamma, sumsq (phi), 1e-4);
%! assert (r.sigma ^ 2, sumsq (y - J * (J \ y)) / (N - 2 - r.gamma), 1e-6);
%!test  # curvature
%! r = hybrid_report (fit, "display", "off");
%! H = 2 / N * (J' * J);
%! assert (r.sharpness.all, sort (eig (H), "descend"), 1e-6);
%! assert (r.sharpness.nets, sort (eig (H(3:5,3:5)), "descend"), 1e-6);
%! assert (abs (r.sharpness.trace - trace (H(3:5,3:5))) <= 4 * r.sharpness.trace_error + 1e-6);
%! assert (r.sharpness.rise, r.sharpness.rho .^ 2 * max (eig (H(3:5,3:5))) / 2, 1e-6);
%!test  # profile likelihood: a parabola with the information of free networks
%! r = hybrid_report (fit, "weight_spread", Inf, "profile", "b", "sharpness", false, "display", "off");
%! p = r.profile.b;
%! I = 1 / inv (J' * J / r.sigma ^ 2)(2,2);
%! assert (p.rise, I * (p.value - fit.params.b) .^ 2, 1e-6 * max (p.rise));
%! assert (p.interval, r.interval.b, 1e-6);
%! assert (numel (p.value) == 9 && all (p.converged));
%! r = hybrid_report (fit, "weight_spread", 0.2, "sigma", 0.3, "profile", {"a"}, "profile_points", 2, "sharpness", false, "display", "off");
%! f = r.profile.a;
%! assert (all (f.converged));
%! rise = f.rise - f.rise(3);
%! I = 1 / r.standard_error.a ^ 2;
%! assert (rise(5) + rise(1), 2 * I * (f.value(5) - f.value(3)) ^ 2, 1e-6);  # a parabola, its least point not where the fit is
%!test  # weights of measurements, a prior, a fixed parameter, a network with another scale
%! w = 1 + mod (1:N, 3)';
%! m = hybrid_model ("inputs", {"u1", "u2", "u3", "u4"}, "params", struct ("a", struct ("start", 1, "prior_mean", 1, "prior_spread", 0.05), "c", struct ("start", 2, "fixed", true), ...
%!                   "b", 1), "nets", struct ("f", hybrid_net ([2 1])), "output", @(t, x, u, p, nn) p.a * u.u1 + p.b * u.u2 + p.c * 0.1 + nn.f([u.u3; u.u4]));
%! d = hybrid_data ([], y, "inputs", U, "weights", w);
%! f = hybrid_train (m, d, options{:}, "scale", 2);
%! r = hybrid_report (f, "weight_spread", 0.5, "sigma", 0.2, "display", "off", "sharpness", false);
%! K = sqrt (w) / 2 .* J;
%! C = inv (K' * K / 0.04 + diag ([400 0 4 4 4]));
%! assert ([r.standard_error.a, r.standard_error.b], sqrt (diag (C)(1:2))', 1e-10);
%! assert (isnan (r.standard_error.c) && ! r.identifiable.c);
%! assert (r.names, {"a", "b"});
%!test  # the use of the physics
%! r = hybrid_report (fit, "display", "off", "sharpness", false);
%! v = fit.values;
%! physics = U(:,1:2) * [v.params.a; v.params.b];
%! network = U(:,3:4) * v.nets.f.W{1}' + v.nets.f.b{1};
%! rms = @(a) sqrt (mean (a .^ 2));
%! assert (r.use.network, rms (network) / (rms (network) + rms (physics)), 1e-12);
%! assert (r.use.f_network, network', 1e-12);
%! assert (r.use.correlation, physics' * network / norm (physics) / norm (network), 1e-12);
%! assert ([r.use.error, r.use.error_physics, r.use.error_network], [rms(y - physics - network), rms(y - physics), rms(y - network)], 1e-12);
%!test  # too large for a whole Jacobian: conjugate gradients, the same numbers
%! n = 2010;
%! X = reshape (sin ((1:n * 2050) .^ 1.3), n, 2050);
%! m = hybrid_model ("inputs", struct ("s", 1, "x", 2049), "params", struct ("a", 1), "nets", struct ("f", hybrid_net ([2049 1])), "output", @(t, x, u, p, nn) p.a * u.s + nn.f(u.x));
%! f = hybrid_train (m, hybrid_data ([], X(:,1) + 0.1 * X(:,3), "inputs", X), "iterations", 1, "display", "off");
%! r = hybrid_report (f, "weight_spread", 0.02, "sigma", 0.5, "display", "off", "sharpness", false);
%! A = 0.02 * [X(:,2:end), ones(n, 1)];
%! C = 0.25 * eye (n) + A * A';
%! assert (r.standard_error.a, 1 / sqrt (X(:,1)' * (C \ X(:,1))), -1e-5);
%! assert (r.gamma, n - 0.25 * trace (inv (C)), -0.05);
%! fail ("hybrid_report (f, \"weight_spread\", Inf)", "needs the whole Jacobian");
%!test  # initial states that are estimated are free: x0 exp (-k t)
%! t = (0:0.25:3)';
%! x0 = [2 1.5];
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 0.6), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! d = hybrid_data (t, reshape (exp (-0.7 * t) * x0 + 0.01 * sin (20 * t + [0 1]), [], 1, 2), "initial", x0, "initial_spread", [Inf 0.1]);
%! f = hybrid_train (m, d, "iterations", 800, "learning_rate", 0.02, "solver", "dopri5", "rtol", 1e-9, "display", "off");
%! r = hybrid_report (f, "sigma", 0.02, "display", "off", "sharpness", false);
%! k = f.params.k;
%! e = exp (-k * t);
%! z = zeros (size (t));
%! J = [-t .* e * f.values.initial(1), e, z; -t .* e * f.values.initial(2), z, e];
%! C = inv (J' * J / 4e-4 + diag ([0 0 100]));
%! assert (r.standard_error.k, sqrt (C(1,1)), -1e-5);
%! assert (r.sentences{1}, "The law calls no network.");
%!test  # in words: only a product, a quotient, a power is determined
%! for c = {@(a, b) a * b, "a*b"; @(a, b) a / b, "a/b"; @(a, b) a * b ^ 2, "a*b^(2)"}'
%!   m = hybrid_model ("inputs", {"s"}, "params", struct ("a", 2, "b", 3), "output", @(t, x, u, p, nn) c{1}(p.a, p.b) * u.s);
%!   f = hybrid_train (m, hybrid_data ([], (1:9)' + 0.01 * sin (1:9)', "inputs", (1:9)'), "iterations", 2000, "learning_rate", 0.01, "display", "off");
%!   r = hybrid_report (f, "display", "off");
%!   assert (any (strcmp (r.sentences, sprintf ("Only %s is determined.", c{2}))), disp (r.sentences));
%!   assert (! r.identifiable.a && ! r.identifiable.b && isinf (r.standard_error.a));
%!   assert ([r.directions.determined], [false true]);
%! endfor
%!test  # the trap: a network that contains the physics' own term
%! m = hybrid_model ("inputs", {"u1", "u2"}, "params", struct ("a", 1), "nets", struct ("f", hybrid_net ([2 1])), "output", @(t, x, u, p, nn) p.a * u.u1 + nn.f([u.u1; u.u2]));
%! f = hybrid_train (m, hybrid_data ([], y - U(:,3:4) * [0.5; 0.7], "inputs", U(:,1:2)), options{:});
%! r = hybrid_report (f, "weight_spread", Inf, "display", "off");
%! assert (r.standard_error.a, Inf);
%! assert (r.standard_error_fixed.a < 0.1);
%! assert (! r.identifiable.a);
%! assert (! isempty (strfind (r.sentences{2}, "is not identifiable: the networks can imitate it")), disp (r.sentences{2}));
%!test  # the same trap in a differential equation, with everything estimated
%! task = hybrid_task ("pendulum");
%! for method = {"erm", "sam"}
%!   f = hybrid_train (task.model, task.train, task.options{:}, "method", method{1}, "iterations", 300);
%!   r = hybrid_report (f, "display", "off", "sharpness", false);
%!   assert (! r.identifiable.w2);
%!   assert (r.interval.w2(1) < task.truth.params.w2 && task.truth.params.w2 < r.interval.w2(2));
%!   assert (r.standard_error_fixed.w2 < 0.01);
%! endfor
%!test  # a network that cannot imitate it: friction is a function of the velocity alone
%! m = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([1 16 1])), "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f(x.p)]);
%! task = hybrid_task ("pendulum");
%! f = hybrid_train (m, task.train, task.options{:}, "iterations", 1000);
%! r = hybrid_report (f, "display", "off", "sharpness", false);
%! assert (r.identifiable.w2);
%! assert (r.interval.w2(1) < task.truth.params.w2 && task.truth.params.w2 < r.interval.w2(2));
%!test  # a law that is not traced has no parts, and the rest
%! warning ("off", "hybridsam:model:untraced", "local");
%! m = hybrid_model ("inputs", {"s"}, "params", struct ("a", 2), "trace", false, "output", @(t, x, u, p, nn) p.a * u.s);
%! f = hybrid_train (m, hybrid_data ([], [1; 2; 3.1], "inputs", [1; 2; 3]), "iterations", 300, "learning_rate", 0.05, "display", "off");
%! r = hybrid_report (f, "sigma", 0.1, "display", "off");
%! assert (isnan (r.use.network));
%! assert (r.standard_error.a, 0.1 / sqrt (14), 1e-6);
%! assert (r.sharpness.all, 28 / 3, 1e-5);
