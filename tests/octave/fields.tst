## SPDX-License-Identifier: GPL-3.0-or-later

## Fields: against closed forms, conservation, all engines, and what is refused.

%!function [model, X, Y] = diffusion (n, boundary)
%!  [X, Y] = meshgrid (((1:n) - 0.5) / n);
%!  model = hybrid_model ("states", struct ("U", [n n]), "params", struct ("D", 0.05), "rhs", @(t, x, u, p, nn) p.D * hybrid_laplacian (x.U, 1 / n, boundary));
%!endfunction

%!test  # a cosine under diffusion, no flux: U = cos (pi X) cos (2 pi Y) exp (-5 pi^2 D t); second order in the distance of pixels
%! e = zeros (1, 3);
%! for k = 1:3
%!   n = 8 * 2 ^ (k - 1);
%!   [m, X, Y] = diffusion (n, "replicate");
%!   U = cos (pi * X) .* cos (2 * pi * Y);
%!   sol = hybrid_simulate (m, hybrid_data ([0; 1], [], "initial", U(:)), hybrid_values (m), "solver", "dopri5", "rtol", 1e-9, "atol", 1e-11);
%!   e(k) = max (abs (sol.x(end,:)' - U(:) * exp (-5 * pi ^ 2 * 0.05)));
%! endfor
%! order = log2 (e(1:2) ./ e(2:3));
%! assert (order, [2 2], 0.15);
%!test  # periodic: an eigenvector of the discrete Laplacian decays by its eigenvalue, with every solver
%! n = 12;
%! [m, X] = diffusion (n, "periodic");
%! U = cos (2 * pi * X);
%! lambda = -4 * n ^ 2 * sin (pi / n) ^ 2;
%! for solver = {{"rk4", "step", 0.01}, {"dopri5"}, {"cvode", "cvode_method", "adams"}, {"cvode", "cvode_method", "bdf"}}
%!   sol = hybrid_simulate (m, hybrid_data ([0; 0.5], [], "initial", U(:)), hybrid_values (m), "solver", solver{1}{:}, "rtol", 1e-9, "atol", 1e-11);
%!   assert (sol.x(end,:)', U(:) * exp (0.05 * 0.5 * lambda), 2e-7);
%! endfor
%!test  # no flux: mass is conserved, also by a stiff diffusion with GMRES
%! n = 20;
%! [m, X, Y] = diffusion (n, "replicate");
%! v = hybrid_values (m);
%! U = exp (-20 * (X - 0.3) .^ 2 - 10 * (Y - 0.6) .^ 2);
%! v.params.D = 5;
%! sol = hybrid_simulate (m, hybrid_data ((0:0.5:2)', [], "initial", U(:)), v, "solver", "cvode", "cvode_method", "bdf");
%! assert (sum (sol.x, 2), sum (U(:)) * ones (5, 1), 1e-10 * sum (U(:)));
%! assert (sol.x(end,:)', mean (U(:)) * ones (n ^ 2, 1), 1e-6);
%!test  # Fisher's wave, u_t = D u_xx + r u (1 - u), runs with c = 5 sqrt (r D / 6): Ablowitz & Zeppetella 1979
%! n = 800;
%! dx = 0.125;
%! x = dx * ((1:n)' - 0.5);
%! wave = @(x) (1 + exp (x / sqrt (6))) .^ -2;
%! m = hybrid_model ("states", struct ("u", [n 1]), "rhs", @(t, x, u, p, nn) hybrid_laplacian (x.u, dx, "replicate") + x.u .* (1 - x.u));
%! t = (0:5:20)';
%! sol = hybrid_simulate (m, hybrid_data (t, [], "initial", wave (x - 20)), hybrid_values (m), "solver", "dopri5");
%! front = arrayfun (@(k) interp1 (sol.x(k,:), x, 0.25), 1:5);
%! assert (diff (front) / 5, 5 / sqrt (6) * ones (1, 4), 2e-3);
%! assert (sol.x(3,:)', wave (x - 20 - 50 / sqrt (6)), 2e-3);
%!test  # advection, upwind: a stack of derivatives along x and y
%! n = 16;
%! [X, Y] = meshgrid ((1:n) / n);
%! m = hybrid_model ("states", struct ("U", [n n]), "params", struct ("a", 0.7, "b", -0.4), "rhs", ...
%!                   @(t, x, u, p, nn) -p.a * hybrid_gradient_x (x.U, 1 / n, "periodic", "upwind", p.a) - p.b * hybrid_gradient_y (x.U, 1 / n, "periodic", "upwind", p.b));
%! U = sin (2 * pi * X);
%! sol = hybrid_simulate (m, hybrid_data ([0; 0.3], [], "initial", U(:)), hybrid_values (m), "rtol", 1e-9, "atol", 1e-11);
%! k = 0.7 * n * (1 - exp (-2i * pi / n));  # of the mode exp (2 pi i X)
%! assert (sol.x(end,:)', imag (exp (2i * pi * X(:) - 0.3 * k)), 1e-7);

%!function f = reaction (x, p, nn, boundary)
%!  r = nn.c (cat (3, x.U, x.V));
%!  f = struct ("U", p.a * hybrid_laplacian (x.U, 0.25, boundary) + r(:,:,1), "V", p.b * hybrid_laplacian (x.V, 0.25, boundary) + tanh (r(:,:,end)) .* x.U);
%!endfunction
%!function y = smooth_fields (t, n, B)
%!  [X, Y] = meshgrid (2 * pi * (1:n) / n);
%!  y = zeros (numel (t), 2 * n ^ 2, B);
%!  for b = 1:B
%!    for k = 1:numel (t)
%!      U = cos (X + t(k) + b) .* sin (Y);
%!      V = 0.5 * sin (X - Y + t(k) * b);
%!      y(k,:,b) = [U(:); V(:)];
%!    endfor
%!  endfor
%!endfunction

%!test  # reaction and diffusion with a convolution network: every engine against differences
%! t = (0:0.2:0.6)';
%! for boundary = {"periodic", "replicate"}
%!   for kernel = [3 5]
%!     net = hybrid_net ("conv", [2 3 2], "kernel", kernel, "boundary", boundary{1});
%!     m = hybrid_model ("states", struct ("U", [6 6], "V", [6 6]), "params", struct ("a", 0.01, "b", 0.02), "nets", struct ("c", net), ...
%!                       "rhs", @(t, x, u, p, nn) reaction (x, p, nn, boundary{1}));
%!     d = hybrid_data (t, smooth_fields (t, 6, 2));
%!     r = hybrid_gradcheck (m, d, hybrid_values (m), "step", 0.2, "display", false);
%!     assert (r.passed);
%!   endfor
%! endfor
%!test  # many states: GMRES, forward and adjoint, agrees with dopri5
%! t = (0:0.2:0.4)';
%! m = hybrid_model ("states", struct ("U", [11 11], "V", [11 11]), "params", struct ("a", 0.01, "b", 0.02), "nets", struct ("c", hybrid_net ("conv", [2 4 2])), ...
%!                   "rhs", @(t, x, u, p, nn) reaction (x, p, nn, "periodic"));
%! d = hybrid_data (t, smooth_fields (t, 11, 2));
%! v = hybrid_values (m);
%! tight = {"rtol", 1e-9, "atol", 1e-11};
%! [a, g] = hybrid_gradient (m, d, v, "solver", "dopri5", tight{:});
%! [b, h] = hybrid_gradient (m, d, v, "solver", "cvode", "cvode_method", "bdf", tight{:});
%! assert (b, a, -1e-7);
%! assert (h.params.a, g.params.a, -1e-5);
%! assert (h.nets.c.W{1}(:), g.nets.c.W{1}(:), 1e-5 * max (abs (g.nets.c.W{1}(:))));
%! assert (h.nets.c.b{2}, g.nets.c.b{2}, 1e-5 * max (abs (g.nets.c.b{2})));
%!test  # the same bits with one thread and with two, and the same numbers in blocks and alone
%! t = (0:0.2:0.4)';
%! m = hybrid_model ("states", struct ("U", [12 12], "V", [12 12]), "params", struct ("a", 0.01, "b", 0.02), "nets", struct ("c", hybrid_net ("conv", [2 16 16 2])), ...
%!                   "rhs", @(t, x, u, p, nn) reaction (x, p, nn, "periodic"));
%! d = hybrid_data (t, smooth_fields (t, 12, 19));
%! v = hybrid_values (m);
%! [a, g] = hybrid_gradient (m, d, v, "solver", "rk4", "threads", 1);
%! [b, h] = hybrid_gradient (m, d, v, "solver", "rk4", "threads", 2);
%! assert ({b, h}, {a, g});
%! losses = zeros (1, 19);
%! every = smooth_fields (t, 12, 19);
%! for k = 1:19
%!   losses(k) = hybrid_gradient (m, hybrid_data (t, every(:,:,k)), v, "solver", "rk4");
%! endfor
%! assert (mean (losses), a, -1e-13);
%!test  # images: an encoder of the first frames, a decoder of the state; convolutions, then dense layers
%! pixels = 8;
%! enc = hybrid_net ("conv", [2 3 1], "kernel", 3, "boundary", "replicate");
%! m = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 1), ...
%!                   "nets", struct ("look", enc, "e", hybrid_net ([64 6 2]), "d", hybrid_net ([2 8 64], "activation", "silu")), "window", 2, ...
%!                   "initial", @(z, p, nn) nn.e(nn.look(reshape (z.y, pixels, pixels, 2))(:)), ...
%!                   "rhs", @(t, x, u, p, nn) [x.p; -p.w2 * sin(x.q)], ...
%!                   "output", @(t, x, u, p, nn) nn.d([cos(x.q); sin(x.q)]));
%! t = (0:0.3:0.9)';
%! Y = zeros (4, 64, 2);
%! for b = 1:2
%!   for k = 1:4
%!     Y(k,:,b) = exp (-((1:64) / 64 - 0.5 - 0.3 * cos (t(k) + b)) .^ 2 * 20);
%!   endfor
%! endfor
%! r = hybrid_gradcheck (m, hybrid_data (t, Y), hybrid_values (m), "step", 0.1, "display", false);
%! assert (r.passed);
%!test  # an input that is a field, and a struct of fields returned in any order
%! m = hybrid_model ("states", struct ("U", [3 4], "V", [3 4]), "inputs", struct ("s", [3 4]), "rhs", @(t, x, u, p, nn) struct ("V", -x.V, "U", u.s));
%! s = magic (4)(1:3,:);
%! d = hybrid_data ([0; 1], [], "initial", [zeros(12, 1); ones(12, 1)], "inputs", repmat (s(:)', 2, 1));
%! sol = hybrid_simulate (m, d, hybrid_values (m), "rtol", 1e-9, "atol", 1e-11);
%! assert (sol.x(end,:), [s(:)', exp(-1) * ones(1, 12)], 1e-7);

%!shared field
%! field = struct ("U", [4 4]);
%!error id=hybridsam:model:kernel
%! hybrid_model ("states", field, "nets", struct ("c", hybrid_net ("conv", [1 1], "kernel", 5)), "rhs", @(t, x, u, p, nn) nn.c (x.U));
%!error id=hybridsam:model:network
%! hybrid_model ("states", field, "nets", struct ("c", hybrid_net ("conv", [2 1])), "rhs", @(t, x, u, p, nn) nn.c (x.U));
%!error id=hybridsam:model:network
%! hybrid_model ("states", field, "nets", struct ("f", hybrid_net ([4 4])), "rhs", @(t, x, u, p, nn) nn.f (cat (3, x.U, x.U))(:,:,1));
%!error id=hybridsam:field:kernel hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) hybrid_stencil (x.U, ones (5), "periodic"));
%!error id=hybridsam:field:kernel hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) hybrid_stencil (x.U, ones (2), "periodic"));
%!error id=hybridsam:field:boundary hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) hybrid_laplacian (x.U, 1, "nothing"));
%!error id=hybridsam:field:field hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) hybrid_laplacian (cat (3, x.U, x.U), 1, "periodic")(:,:,1));
%!error id=hybridsam:trace:shape hybrid_model ("states", struct ("U", [4 4], "V", [3 4]), "rhs", @(t, x, u, p, nn) cat (3, x.U, x.V)(:));
%!error id=hybridsam:trace:shape hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) (cat (3, x.U, x.U) + x.U)(:,:,1));
%!error id=hybridsam:trace:shape hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) (cat (3, x.U, x.U)')(:,:,1));
%!error id=hybridsam:trace:shape hybrid_model ("states", struct ("U", [4 4], "V", [3 4]), "rhs", @(t, x, u, p, nn) struct ("U", x.U + x.V, "V", x.V));
%!error id=hybridsam:trace:index hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) cat (3, x.U, x.U)(:,:,3));
%!error id=hybridsam:model:count hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) x.U(:,1:3));
%!error id=hybridsam:data:outputs
%! m = hybrid_model ("states", field, "rhs", @(t, x, u, p, nn) -x.U);
%! hybrid_gradient (m, hybrid_data ([0 1], ones (2, 15)), hybrid_values (m));
%!error id=hybridsam:values:shape
%! m = hybrid_model ("states", field, "nets", struct ("c", hybrid_net ("conv", [1 2 1])), "rhs", @(t, x, u, p, nn) nn.c (x.U));
%! v = hybrid_values (m);
%! v.nets.c.W{1} = zeros (3, 3, 2);
%! hybrid_gradient (m, hybrid_data ([0 1], ones (2, 16)), v);
%!error id=hybridsam:model:nets
%! net = hybrid_net ("conv", [1 1]);
%! net.kernel = [5 5];
%! hybrid_model ("states", field, "nets", struct ("c", net), "rhs", @(t, x, u, p, nn) nn.c (x.U));
