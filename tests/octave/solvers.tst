## SPDX-License-Identifier: GPL-3.0-or-later

## Forward solutions against closed forms and published values; orders of convergence as slopes.

%!test  # order of rk4 on the pendulum
%! model = hybrid_model ("states", {"q", "p"}, "rhs", @(t, x, u, p, nn) [x.p; -sin(x.q)]);
%! data = hybrid_data ([0; 4], [], "initial", [2; 0]);
%! v = hybrid_values (model);
%! exact = hybrid_simulate (model, data, v, "rtol", 1e-13, "atol", 1e-14).x(2,:);
%! h = 0.2 ./ 2 .^ (0:4);
%! e = arrayfun (@(h) norm (hybrid_simulate (model, data, v, "solver", "rk4", "step", h).x(2,:) - exact), h);
%! order = polyfit (log (h), log (e), 1)(1);
%! assert (order, 4, 0.1);

%!test  # linear oscillator and decay, both CVODES methods
%! model = hybrid_model ("states", {"x", "y", "z"}, "rhs", @(t, x, u, p, nn) [x.y; -4*x.x; -t*x.z]);
%! t = (0:0.5:6)';
%! data = hybrid_data (t, [], "initial", [1; 0; 2]);
%! for method = {"adams", "bdf", "auto"}
%!   sol = hybrid_simulate (model, data, hybrid_values (model), "cvode_method", method{1}, "rtol", 1e-10, "atol", 1e-13);
%!   assert (sol.x, [cos(2*t), -2*sin(2*t), 2*exp(-t.^2/2)], 1e-8);
%! endfor

%!test  # Robertson's chemical kinetics; reference of the Bari test set (Mazzia & Magherini 2008) at t = 1e11 and of CVODE's example at 0.4 .. 4e4
%! model = hybrid_model ("states", {"a", "b", "c"}, "rhs", @(t, x, u, p, nn) [-0.04*x.a + 1e4*x.b*x.c; 0.04*x.a - 1e4*x.b*x.c - 3e7*x.b^2; 3e7*x.b^2]);
%! t = [0; 0.4; 4; 40; 400; 4000; 4e4];
%! data = hybrid_data (t, [], "initial", [1; 0; 0]);
%! sol = hybrid_simulate (model, data, hybrid_values (model), "cvode_method", "bdf", "rtol", 1e-9, "atol", 1e-14);
%! published = [0.98517, 3.3864e-5, 1.4794e-2; 0.90553, 2.2404e-5, 9.4452e-2; 0.71584, 9.1851e-6, 0.28415; 0.45054, 3.2232e-6, 0.54946; ...
%!              0.18321, 8.9444e-7, 0.81679; 3.8984e-2, 1.6218e-7, 0.96102];
%! assert (sol.x(2:end,:), published, -5e-4);   # the example printed five digits of a run at rtol 1e-4
%! assert (sum (sol.x, 2), ones (7, 1), 1e-10);
%! sol = hybrid_simulate (model, hybrid_data ([0; 1e11], [], "initial", [1; 0; 0]), hybrid_values (model), "cvode_method", "bdf", "rtol", 1e-9, "atol", 1e-18);
%! assert (sol.x(2,1:2), [2.083340149701255e-08, 8.333360770334713e-14], -1e-4);

%!test  # a constant right-hand side, a bare state as output, with every solver
%! model = hybrid_model ("states", {"a", "b"}, "rhs", @(t, x, u, p, nn) [0; 2], "output", @(t, x, u, p, nn) x.b);
%! for o = {{"solver", "rk4"}, {"cvode_method", "adams"}, {"cvode_method", "bdf"}}
%!   sol = hybrid_simulate (model, hybrid_data ([0; 1; 3], [], "initial", [1; 1]), hybrid_values (model), o{1}{:});
%!   assert (sol.y, [1; 3; 7], 1e-6);
%!   loss = hybrid_gradient (model, hybrid_data ([0; 1; 3], [1; 3; 8], "initial", [1; 1]), hybrid_values (model), o{1}{:});
%!   assert (loss, 1/3, 1e-6);
%! endfor

%!test  # auto finds the stiff trajectory
%! model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 1000), "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x]);
%! data = hybrid_data ([0; 100], [], "initial", [2; 0]);
%! sol = hybrid_simulate (model, data, hybrid_values (model));
%! assert (sol.info.stiff, 1);
%! assert (sol.x(2,1), hybrid_simulate (model, data, hybrid_values (model), "cvode_method", "bdf", "rtol", 1e-10).x(2,1), 1e-5);

%!test  # a hold's jumps at irregular times, against the closed form x' = -a x + u
%! model = hybrid_model ("states", {"x"}, "inputs", {"u"}, "params", struct ("a", 0.7), "rhs", @(t, x, u, p, nn) -p.a * x.x + u.u);
%! t = [0 0.3 1 1.1 2.5 4]';
%! u = [1 -2 0.5 3 0 0]';
%! x = 0.4;
%! s = 0;  # dx/da
%! for k = 1:5
%!   h = t(k+1) - t(k); e = exp (-0.7*h);
%!   s(k+1,1) = e*s(k) - h*e*x(k) + u(k) * (h*e/0.7 - (1 - e)/0.49);
%!   x(k+1,1) = e*x(k) + u(k) * (1 - e)/0.7;
%! endfor
%! data = hybrid_data (t, [], "inputs", u, "initial", 0.4);
%! for o = {{"solver", "rk4", "step", 0.005}, {"cvode_method", "adams", "rtol", 1e-10, "atol", 1e-12}, {"cvode_method", "bdf", "rtol", 1e-10, "atol", 1e-12}}
%!   sol = hybrid_simulate (model, data, hybrid_values (model), o{1}{:}, "sensitivities", {"a"});
%!   assert (sol.x, x, 1e-7);
%!   assert (sol.dx_dp.a(:,1), s, 1e-7);
%! endfor

%!test  # the worst of a block keeps its tolerance: one hard trajectory among easy ones
%! model = hybrid_model ("states", {"x", "k"}, "rhs", @(t, x, u, p, nn) [-x.k * sin(x.k * t); 0]);
%! data = hybrid_data ([0; 2], [], "initial", [ones(1, 40); [0.01 * ones(1, 39), 30]]);
%! sol = hybrid_simulate (model, data, hybrid_values (model), "cvode_method", "adams", "rtol", 1e-7, "atol", 1e-9);
%! alone = hybrid_simulate (model, hybrid_data ([0; 2], [], "initial", [1; 30]), hybrid_values (model), "cvode_method", "adams", "rtol", 1e-7, "atol", 1e-9);
%! assert (abs (sol.x(2,1,40) - cos (60)) <= 3 * abs (alone.x(2,1) - cos (60)) + 1e-7);

%!test  # an untraced model gives the numbers of the traced one
%! rhs = @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])];
%! args = {"states", {"q", "p"}, "params", struct("w2", 0.5), "nets", struct("f", hybrid_net([2 3 1])), "rhs", rhs};
%! traced = hybrid_model (args{:});
%! state = warning ("off", "hybridsam:model:untraced", "local");
%! plain = hybrid_model (args{:}, "trace", false);
%! data = hybrid_data ((0:0.5:1)', [1 0; 0.9 -0.1; 0.8 -0.3]);
%! v = hybrid_values (traced);
%! for o = {{"solver", "rk4"}, {"rtol", 1e-7}}
%!   [a, g] = hybrid_gradient (traced, data, v, o{1}{:});
%!   [b, h] = hybrid_gradient (plain, data, v, o{1}{:});
%!   assert (a, b, 1e-7);
%!   assert (g.params.w2, h.params.w2, 1e-6);
%!   assert (g.nets.f.W{1}, h.nets.f.W{1}, 1e-6);
%! endfor

%!function dx = picky (t, x, u, p, nn)
%!  dx = -x.a;
%!  if (t > 0.5)
%!    error ("mine:late", "my own words");
%!  endif
%!endfunction

%!error id=mine:late
%! state = warning ("off", "hybridsam:model:untraced", "local");
%! m = hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) picky (0 * numel (t), x, u, p, nn), "trace", false);
%! m.functions.rhs = @picky;
%! hybrid_simulate (m, hybrid_data ([0; 1], [], "initial", 1), hybrid_values (m), "solver", "rk4", "step", 0.1);
