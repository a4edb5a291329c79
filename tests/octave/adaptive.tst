## SPDX-License-Identifier: GPL-3.0-or-later

## dopri5 and "auto": accuracy, dense output, breaks, stiffness.

%!shared oscillator
%! oscillator = hybrid_model ("states", {"x", "y", "z"}, "params", struct ("w", 2), "rhs", @(t, x, u, p, nn) [x.y; -p.w^2*x.x; -t*x.z]);

%!test  # closed form at samples that lie anywhere inside the steps; the error follows the tolerance
%! t = sort ([0; 6; cumsum(0.01 + 0.05 * abs (sin ((1:90)')))]);
%! data = hybrid_data (t, [], "initial", [1; 0; 2]);
%! exact = [cos(2*t), -2*sin(2*t), 2*exp(-t.^2/2)];
%! rtol = 10 .^ (-3:-1:-11);
%! e = arrayfun (@(r) max (max (abs (hybrid_simulate (oscillator, data, hybrid_values (oscillator), "solver", "dopri5", "rtol", r, "atol", r / 100).x - exact))), rtol);
%! assert (e < 100 * rtol);
%! slope = polyfit (log (rtol), log (e), 1)(1);
%! assert (slope > 0.8 && slope < 1.2);

%!test  # dense samples cost no steps, and few samples cost no accuracy
%! v = hybrid_values (oscillator);
%! of = @(t) hybrid_simulate (oscillator, hybrid_data (t, [], "initial", [1; 0; 2]), v, "solver", "dopri5", "rtol", 1e-8);
%! few = of ([0; 6]);
%! many = of (linspace (0, 6, 1000)');
%! assert (few.info.steps, many.info.steps);
%! assert (few.x(2,:), many.x(end,:));

%!test  # sensitivities against the closed form, and the gradient of samples inside the steps against differences
%! t = [0; 0.013; 0.4; 0.41; 2.5; 3];
%! data = hybrid_data (t, [], "initial", [1; 0; 2]);
%! sol = hybrid_simulate (oscillator, data, hybrid_values (oscillator), "solver", "dopri5", "rtol", 1e-10, "atol", 1e-12, "sensitivities", {"w"});
%! assert (sol.dx_dp.w(:,1), -t .* sin (2 * t), 1e-8);
%! report = hybrid_gradcheck (oscillator, hybrid_data (t, ones (6, 3), "initial", [1; 0; 2]), hybrid_values (oscillator), "display", false, "engines", {"dopri5"}, "rtol", 1e-9);
%! assert (report.worst.dopri5 < 1e-6);

%!test  # a trajectory's numbers do not depend on the others of its batch
%! model = hybrid_model ("states", {"q", "p"}, "nets", struct ("f", hybrid_net ([2 8 1])), "rhs", @(t, x, u, p, nn) [x.p; -sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.7:7)';
%! x0 = [1 2 3 0.1 2.9; 0 1 -1 0 0.3];
%! all = hybrid_simulate (model, hybrid_data (t, [], "initial", x0), hybrid_values (model), "solver", "dopri5");
%! for k = 1:5
%!   one = hybrid_simulate (model, hybrid_data (t, [], "initial", [x0(:,k), x0(:,[1 1])]), hybrid_values (model), "solver", "dopri5");
%!   assert (one.x(:,:,1), all.x(:,:,k));
%! endfor

%!test  # a hold's jumps are landed on: a right-hand side that is constant between them is integrated to rounding, at any tolerance
%! model = hybrid_model ("states", {"x"}, "inputs", {"u"}, "rhs", @(t, x, u, p, nn) u.u);
%! t = [0 0.3 1 1.1 2.5 4]';
%! u = [1 -2 0.5 3 0 0]';
%! sol = hybrid_simulate (model, hybrid_data (t, [], "inputs", u, "initial", 0.4), hybrid_values (model), "solver", "dopri5", "rtol", 1e-2);
%! assert (sol.x, 0.4 + [0; cumsum(u(1:5) .* diff (t))], 1e-13);

%!test  # auto: stiff trajectories go to BDF, the others stay; the gradient is that of BDF
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 1000), "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x]);
%! v = hybrid_values (model);
%! data = hybrid_data ([0; 50; 100], [2 0; 1.5 0; 1.4 0], "initial", [2; 0]);
%! [a, g, info] = hybrid_gradient (model, data, v, "solver", "auto", "rtol", 1e-9, "atol", 1e-11);
%! [b, h] = hybrid_gradient (model, data, v, "cvode_method", "bdf", "rtol", 1e-9, "atol", 1e-11);
%! assert ({a, g}, {b, h});
%! assert ([info.stiff, info.trajectories], [1 1]);
%! [~, ~, info] = hybrid_gradient (model, data, setfield (v, "params", "mu", 0.5), "solver", "auto");
%! assert (info.stiff, 0);

%!test  # a run says which solver did the work
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 900), "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x]);
%! data = hybrid_data ([0; 50; 100], [2 0; 1.95 0; 1.9 0], "initial", [2; 0]);
%! fit = hybrid_train (model, data, "solver", "auto", "iterations", 3, "display", "off");
%! assert (! isempty (strfind (fit.info.solver, "BDF for 3 of 3 solutions")));
%! fit = hybrid_train (model, data, "solver", "auto", "iterations", 3, "display", "off", "start", struct ("params", struct ("mu", 1), "nets", struct ()));
%! assert (fit.info.solver, "dopri5 (nothing looked stiff)");
%! assert (fit.info.counts.trajectories, 3);

%!test  # Robertson's chemical kinetics under auto
%! model = hybrid_model ("states", {"a", "b", "c"}, "rhs", @(t, x, u, p, nn) [-0.04*x.a + 1e4*x.b*x.c; 0.04*x.a - 1e4*x.b*x.c - 3e7*x.b^2; 3e7*x.b^2]);
%! sol = hybrid_simulate (model, hybrid_data ([0; 4e4], [], "initial", [1; 0; 0]), hybrid_values (model), "solver", "auto", "rtol", 1e-9, "atol", 1e-14);
%! assert (sol.x(2,:), [3.8984e-2, 1.6218e-7, 0.96102], -5e-4);
%! assert (sol.info.stiff, 1);

%!test  # the solution ends where it must: a pole is named, and the steps that underflow before it
%! blow = hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) x.x ^ 2);
%! try
%!   hybrid_simulate (blow, hybrid_data ([0 2], [], "initial", 1), hybrid_values (blow), "solver", "dopri5");
%!   error ("it was solved");
%! catch e
%!   assert (e.identifier, "hybridsam:solve:unsolved");
%!   assert (! isempty (regexp (e.message, 'beyond t = (1|0\.9999\d*): the step size underflowed')));
%! end_try_catch
%!error <too much work> hybrid_simulate (oscillator, hybrid_data ([0 100], [], "initial", [1; 0; 0]), hybrid_values (oscillator), "solver", "dopri5", "max_steps", 5)

%!test  # the same bits with any number of threads, from Octave
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 1), "nets", struct ("f", hybrid_net ([2 16 1])), "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.5:5)';
%! phase = reshape (1:300, 1, 1, []);
%! data = hybrid_data (t, [cos(t + phase), -sin(t + phase)]);
%! for solver = {"rk4", "dopri5", "cvode"}
%!   fit = @(n) hybrid_train (model, data, "solver", solver{1}, "threads", n, "iterations", 3, "method", "sam", "display", "off").state;
%!   assert (fit (1), fit (2));
%!   assert (fit (1), fit (5));
%! endfor

%!test  # right-hand sides that are not finite at the start, or huge, end with a word
%! for f = {@(t, x, u, p, nn) 1 / (x.x - 1), @(t, x, u, p, nn) 1e300 * x.x ^ 3}
%!   m = hybrid_model ("states", {"x"}, "rhs", f{1});
%!   for solver = {"dopri5", "auto", "cvode"}
%!     try
%!       hybrid_simulate (m, hybrid_data ([0 2], [], "initial", 1), hybrid_values (m), "solver", solver{1});
%!       error ("it was solved");
%!     catch e
%!       assert (e.identifier, "hybridsam:solve:unsolved");
%!     end_try_catch
%!   endfor
%! endfor
