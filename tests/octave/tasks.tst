## SPDX-License-Identifier: GPL-3.0-or-later

## Every task: the gradient of its model by all engines, and that the truth reproduces the data.

%!function d = few (task, n)  # the first trajectory's first samples
%!  s = task.train;
%!  rows = 1:min (n, s.count(1));
%!  if (s.algebraic)
%!    d = hybrid_data ([], s.y(1:n,:), "inputs", s.u(1:n,:));
%!    return;
%!  endif
%!  extra = {};
%!  if (columns (s.u))
%!    extra = {"inputs", s.u(rows,:), "interpolation", "zoh"};
%!  endif
%!  if (! isempty (s.x0))
%!    extra = [extra, {"initial", s.x0(:,1)}];
%!  endif
%!  d = hybrid_data (s.t(rows), s.y(rows,:), extra{:});
%!endfunction

%!test
%! cases = {"pendulum", "friction", 4, 1; "pendulum-images", "frames", 4, 1; "reaction-diffusion", "fields", 3, 1; "duffing", "damping", 4, 1; ...
%!          "duffing", "cubic", 4, 1; "wind-tunnel", "real", 5, 1; "wind-tunnel", "simulated", 4, 1; "light-tunnel", "all", 6, 20; "light-tunnel", "ir_3", 6, 20};
%! for c = cases'
%!   task = hybrid_task (c{1}, "variant", c{2}, "size", c{4});
%!   r = hybrid_gradcheck (task.model, few (task, c{3}), hybrid_values (task.model), "step", 0.1, "coordinates", 3, "display", false);
%!   if (! r.passed)
%!     error ("%s %s: %s", c{1}, c{2}, disp (r.worst));
%!   endif
%! endfor

%!function e = misfit (task, law, spread)  # root of the mean squared residual of the truth, in standard deviations of the noise
%!  e = sqrt (hybrid_gradient (law, task.train, hybrid_values (law), "solver", "dopri5", "rtol", 1e-8)) / spread;
%!endfunction

%!test  # the pendulum: segments start from noisy samples, so their residuals are those of two measurements
%! task = hybrid_task ("pendulum");
%! law = hybrid_model ("states", {"q", "p"}, "params", task.truth.params, "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - 0.2*x.p]);
%! e = misfit (task, law, 0.01);
%! assert (e > 1 && e < 2);
%! assert (hybrid_gradient (law, task.test, hybrid_values (law), "solver", "dopri5", "rtol", 1e-9), 0, 1e-14);
%!test  # Duffing
%! for variant = {"damping", "cubic"}
%!   task = hybrid_task ("duffing", "variant", variant{1});
%!   all = struct ("alpha", 1, "delta", 0.3, "beta", 1);
%!   for name = fieldnames (task.truth.params)'
%!     assert (task.truth.params.(name{1}), all.(name{1}));
%!   endfor
%!   law = hybrid_model ("states", {"x", "v"}, "inputs", {"gamma", "omega"}, ...
%!                       "rhs", @(t, x, u, p, nn) [x.v; -0.3*x.v - x.x - x.x^3 + u.gamma*cos(u.omega*t)]);
%!   e = misfit (task, law, 0.01);
%!   assert (e > 1 && e < 3);
%!   assert (hybrid_gradient (law, task.shifted, hybrid_values (law), "solver", "dopri5", "rtol", 1e-9), 0, 1e-13);
%! endfor
%!test  # reaction and diffusion: no noise, and the network's place is taken by the reaction
%! task = hybrid_task ("reaction-diffusion", "size", 1);
%! dx = 2 / 32;
%! law = hybrid_model ("states", struct ("U", [32 32], "V", [32 32]), "params", task.truth.params, ...
%!                     "rhs", @(t, x, u, p, nn) struct ("U", p.a * hybrid_laplacian (x.U, dx, "periodic") + x.U - x.U.^3 - 5e-3 - x.V, ...
%!                                                     "V", p.b * hybrid_laplacian (x.V, dx, "periodic") + x.U - x.V));
%! assert (hybrid_gradient (law, task.train, hybrid_values (law), "solver", "dopri5", "rtol", 1e-9), 0, 1e-14);
%! assert (std (task.train.y(1,1:1024)), 0.5, 1e-2);
%!test  # the simulated fan: its pressure is that of the law with the hatch
%! task = hybrid_task ("wind-tunnel", "variant", "simulated");
%! w = sqrt (0.05 * (0.27 - 0.166) * task.test.u(1,1) ^ 3 / 5.2687e-8);
%! r = 0.7 + 0.15 * task.test.u(1,2) / 45;
%! Z = (1 - r) / r ^ 2;
%! s = w / (100 * pi);
%! Q = (-s + sqrt (s ^ 2 + 4 * Z * s ^ 2)) / (2 * Z);  # in units of Q_max: Z Q^2 = s^2 - s Q
%! assert (task.test.y(1), 74.82 * Z * Q ^ 2, 1e-9);
%!test  # pictures: bright where the bob is
%! task = hybrid_task ("pendulum-images", "size", 2);
%! frame = reshape (task.test.y(1,:), 28, 28);
%! [~, k] = max (frame(:));
%! [i, j] = ind2sub ([28 28], k);
%! at = linspace (-1, 1, 28)([j i]);
%! assert (norm (at), 0.75, 0.06);
%! assert (max (frame(:)), 1, 0.05);
%!test  # the light tunnel's directions
%! task = hybrid_task ("light-tunnel", "variant", "ir_3");
%! assert (task.truth.params.theta / norm (task.truth.params.theta), [0.7853; 0.5152; 0.3434], 1e-3);
%! assert (task.truth.error (struct ("theta", 3 * task.truth.params.theta)), 0, 1e-15);
%! assert (numel (task.shifted.count), 1500);
