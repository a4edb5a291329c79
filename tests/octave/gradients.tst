## SPDX-License-Identifier: GPL-3.0-or-later

## Every engine on three models (hybrid_gradcheck holds the tolerances: rk4 1e-8, cvode and sensitivities 1e-5 at rtol 1e-8).

%!test  # pendulum and a network
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 1.1), "nets", struct ("f", hybrid_net ([2 8 8 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.5:4)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [2*cos(t), -2*sin(t)], [0.3 + 0*t, 0*t]));
%! report = hybrid_gradcheck (model, data, hybrid_values (model), "step", 0.1);
%! assert (report.passed);

%!test  # the network multiplies and sits inside a sine; outputs, inputs, bounds, an initial function
%! model = hybrid_model ("states", {"a", "b"}, "inputs", {"f"}, "params", struct ("k", struct ("start", 1.2, "lower", 0), "c", struct ("start", 0.3, "lower", 0, "upper", 1), "s", 0.4), ...
%!                       "nets", struct ("g", hybrid_net ([2 5 1], "activation", "softplus"), "h", hybrid_net ([1 4 1], "activation", "silu")), ...
%!                       "rhs", @(t, x, u, p, nn) [x.b * nn.g([x.a; t]); -p.k * sin(x.a + nn.h(x.b)) - p.c * x.b + u.f], ...
%!                       "output", @(t, x, u, p, nn) [x.a + p.s * nn.h(x.a); x.a * x.b], ...
%!                       "initial", @(z, p, nn) [z.y(1); p.s * z.m + nn.h(z.m)], "features", {"m"});
%! t = {(0:0.3:2.1)', [0 0.5 0.6 1.9]'};
%! data = hybrid_data (t, {[sin(t{1}), cos(t{1})], [cos(t{2}), t{2}]}, "inputs", {cos(3*t{1}), t{2}}, "interpolation", "pchip", "features", [0.5 -0.2]);
%! report = hybrid_gradcheck (model, data, hybrid_values (model), "step", 0.02);
%! assert (report.passed);

%!test  # stiff: van der Pol, mu = 1000, a network on the second equation; with these weights the trajectory stays on the slow manifold (most seeds jump: below)
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 1000), "nets", struct ("f", hybrid_net ([2 16 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x + nn.f([x.x; x.y])]);
%! v = hybrid_values (model, "seed", 10);
%! t = linspace (0, 1000, 21)';
%! data = hybrid_data (t, ones (21, 2), "initial", [2; 0]);
%! tight = {"cvode_method", "bdf", "rtol", 1e-11, "atol", 1e-13};
%! [~, a] = hybrid_gradient (model, data, v, "cvode_method", "bdf", "rtol", 1e-8, "atol", 1e-10);
%! [~, b] = hybrid_gradient (model, data, v, tight{:});
%! off = @(x, y) norm (x(:) - y(:)) / norm (y(:));
%! assert (off (a.params.mu, b.params.mu) <= 1e-5);
%! for l = 1:2
%!   assert (off (a.nets.f.W{l}, b.nets.f.W{l}) <= 1e-5);
%!   assert (off (a.nets.f.b{l}, b.nets.f.b{l}) <= 1e-5);
%! endfor
%! sol = hybrid_simulate (model, data, v, "cvode_method", "bdf", "rtol", 1e-8, "atol", 1e-10, "sensitivities", {"mu"});
%! assert (sum (sum (2 * (sol.x - 1) .* sol.dx_dp.mu(:,:))) / 42, b.params.mu, -1e-5);
%! report = hybrid_gradcheck (model, data, v, "engines", {"cvode", "sensitivities"}, "cvode_method", "bdf");
%! assert (report.passed);

%!test  # the same model with rk4, whose steps resolve the stiff mode
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 1000), "nets", struct ("f", hybrid_net ([2 16 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x + nn.f([x.x; x.y])]);
%! ## only the fast state is measured: beside the slow one its derivatives would drown in the rounding of the differences
%! data = hybrid_data ((0:0.05:0.2)', zeros (5, 2), "initial", [2; 0], "weights", [0 1]);
%! report = hybrid_gradcheck (model, data, hybrid_values (model), "engines", {"rk4"}, "step", 2e-4);
%! assert (report.passed);

%!test  # over the jump of the relaxation oscillation the derivative is ill-conditioned (doc/mathematics.md): engines agree at tight tolerances
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 1000), "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x]);
%! v = hybrid_values (model);
%! t = linspace (0, 1000, 21)';
%! data = hybrid_data (t, ones (21, 2), "initial", [2; 0]);
%! tight = {"cvode_method", "bdf", "rtol", 1e-11, "atol", 1e-13};
%! [~, g] = hybrid_gradient (model, data, v, tight{:});
%! sol = hybrid_simulate (model, data, v, tight{:}, "sensitivities", {"mu"});
%! assert (sol.x(end,1) < 0);
%! assert (g.params.mu, sum (sum (2 * (sol.x - 1) .* sol.dx_dp.mu(:,:))) / 42, -2e-2);
