## SPDX-License-Identifier: GPL-3.0-or-later

## The methods against the same rules written in Octave, on top of the plain loss and its gradient, on a small hybrid differential equation. The
## numbers of independent programs stand in golden.tst.

%!shared model, data, held, v, flat, unflat, plain, options, unit, scope
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.6), "nets", struct ("f", hybrid_net ([2 3 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.5:2)';
%! Y = zeros (5, 2, 4);
%! for b = 1:4
%!   Y(:,:,b) = b / 3 * [cos(t + b), -sin(t + b)];
%! endfor
%! data = hybrid_data (t, Y, "weights", reshape ((1:40) / 20, 5, 2, 4));
%! held = hybrid_data (t, 0.7 * Y(:,:,1:2));
%! v = hybrid_values (model, "seed", 3);
%! flat = @(v) [v.params.w2; v.nets.f.W{1}(:); v.nets.f.b{1}; v.nets.f.W{2}(:); v.nets.f.b{2}];
%! unflat = @(w) struct ("params", struct ("w2", w(1)), "nets", struct ("f", struct ("W", {{reshape(w(2:7), 3, 2), w(11:13)'}}, "b", {{w(8:10), w(14)}})));
%! options = {"solver", "rk4", "step", 0.5};
%! plain = @(w, varargin) flat (nthargout (2, @hybrid_gradient, model, data, unflat (w), options{:}, varargin{:}));
%! scope = [0; ones(13, 1)];
%! unit = @(g) scope .* g / norm (scope .* g);

%!function w = trained (model, data, v, flat, steps, varargin)
%!  w = flat (hybrid_train (model, data, "start", v, "iterations", steps, "learning_rate", 0.05, "optimizer", "sgd", "momentum", 0, "display", "off", ...
%!                          "solver", "rk4", "step", 0.5, varargin{:}).last);
%!endfunction

%!test  # gsam
%! w = flat (v);
%! for k = 1:4
%!   g = plain (w);
%!   p = plain (w + 0.2 * unit (g));
%!   w -= 0.05 * (p - 0.3 * (g - (g' * p) * p / (p' * p)));
%! endfor
%! assert (trained (model, data, v, flat, 4, "method", "gsam", "rho", 0.2, "gsam_alpha", 0.3), w, 1e-12);
%!test  # fsam, and its memory goes through slices and a checkpoint
%! w = flat (v);
%! for k = 1:6
%!   g = plain (w);
%!   if (k == 1)
%!     c = m = g;
%!   else
%!     c = g - 0.8 * m;
%!     m = 0.6 * m + 0.4 * g;
%!   endif
%!   w -= 0.05 * plain (w + 0.2 * unit (c));
%! endfor
%! method = {"method", "fsam", "rho", 0.2, "fsam_sigma", 0.8, "fsam_memory", 0.6};
%! assert (trained (model, data, v, flat, 6, method{:}), w, 1e-12);
%! file = [tempname(), ".mat"];
%! unwind_protect
%!   trained (model, data, v, flat, 3, method{:}, "checkpoint", file);
%!   again = hybrid_train ("resume", file, "iterations", 6, "display", "off");
%!   assert (flat (again.last), trained (model, data, v, flat, 6, method{:}));
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!test  # looksam, resumed in the middle
%! w = flat (v);
%! for k = 0:6
%!   g = plain (w);
%!   if (mod (k, 3) == 0)
%!     d = plain (w + 0.2 * unit (g));
%!     s = d - (d' * g) / (g' * g) * g;
%!   else
%!     d = g + 0.5 * norm (g) / norm (s) * s;
%!   endif
%!   w -= 0.05 * d;
%! endfor
%! method = {"method", "looksam", "rho", 0.2, "looksam_every", 3, "looksam_alpha", 0.5};
%! assert (trained (model, data, v, flat, 7, method{:}), w, 1e-11);
%! file = [tempname(), ".mat"];
%! unwind_protect
%!   trained (model, data, v, flat, 5, method{:}, "checkpoint", file);
%!   again = hybrid_train ("resume", file, "iterations", 7, "display", "off");
%!   assert (flat (again.last), trained (model, data, v, flat, 7, method{:}));
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!test  # agnostic: the held-out data are the validation's
%! other = @(w) flat (nthargout (2, @hybrid_gradient, model, held, unflat (w), options{:}));
%! for rho2 = {[], 0.03}
%!   r = {rho2{:}, 0.1}{1 + isempty(rho2{1})};
%!   w = flat (v);
%!   for k = 1:3
%!     q = other (w + r * unit (other (w)));
%!     w -= 0.05 * plain (w + 0.2 * unit (plain (w)) - r * unit (q));
%!   endfor
%!   assert (trained (model, data, v, flat, 3, "method", "agnostic", "rho", 0.2, "validation", held, "agnostic_rho2", rho2{1}), w, 1e-12);
%! endfor
%!test  # functional: the Jacobian there, the residuals from here
%! w = flat (v);
%! prediction = @(w) hybrid_simulate (model, data, unflat (w), options{:}).y;
%! measured = zeros (5, 2, 4);
%! t = (0:0.5:2)';
%! for b = 1:4
%!   measured(:,:,b) = b / 3 * [cos(t + b), -sin(t + b)];
%! endfor
%! for k = 1:3
%!   e = 0.2 * unit (plain (w));
%!   skip = reshape ((1:40) / 20, 5, 2, 4);
%!   skip(1,:,:) = 0;  # the first samples gave the initial states
%!   moved = hybrid_data (t, measured + prediction (w + e) - prediction (w), "weights", skip, "initial", squeeze (measured(1,:,:)));
%!   w -= 0.05 * flat (nthargout (2, @hybrid_gradient, model, moved, unflat (w + e), options{:}));
%! endfor
%! assert (trained (model, data, v, flat, 3, "method", "functional", "rho", 0.2), w, 1e-12);
%!test  # groups: their gradients with the weights of their measurements
%! t = (0:0.5:2)';
%! w = flat (v);
%! e = zeros (14, 2);
%! part = cell (1, 2);
%! weight = zeros (1, 2);
%! for j = 1:2
%!   Y = zeros (5, 2, 2);
%!   for i = 1:2
%!     b = 2 * (j - 1) + i;
%!     Y(:,:,i) = b / 3 * [cos(t + b), -sin(t + b)];
%!   endfor
%!   W = reshape ((1:40) / 20, 5, 2, 4)(:,:,2*j-1:2*j);
%!   part{j} = hybrid_data (t, Y, "weights", W);
%!   weight(j) = sum (W(2:end,:,:)(:));
%! endfor
%! of = @(j, w) flat (nthargout (2, @hybrid_gradient, model, part{j}, unflat (w), options{:}));
%! assert (plain (w), (weight(1) * of (1, w) + weight(2) * of (2, w)) / sum (weight), 1e-14);
%! for k = 1:3
%!   d = 0;
%!   for j = 1:2
%!     d += weight(j) / sum (weight) * of (j, w + 0.2 * unit (of (j, w)));
%!   endfor
%!   w -= 0.05 * d;
%! endfor
%! assert (trained (model, data, v, flat, 3, "method", "sam", "rho", 0.2, "groups", 2), w, 1e-12);
%!test  # one gradient is the first step
%! for method = {"gsam", "fsam", "looksam", "functional"}
%!   [loss, g, info] = hybrid_gradient (model, data, v, options{:}, "method", method{1}, "rho", 0.2);
%!   assert (trained (model, data, v, flat, 1, "method", method{1}, "rho", 0.2), flat (v) - 0.05 * flat (g), 1e-14);
%!   assert (info.radius, 0.2, 1e-9);
%!   assert (info.loss_perturbed > loss);
%! endfor
%!test  # radius 0 is ERM, whatever the method; adaptive solvers too
%! for method = {"sam", "asam", "gsam", "fsam", "functional"}
%!   for solver = {"rk4", "dopri5", "cvode"}
%!     [~, g] = hybrid_gradient (model, data, v, "solver", solver{1}, "method", method{1}, "rho", 0);
%!     [~, h] = hybrid_gradient (model, data, v, "solver", solver{1});
%!     assert (flat (g), flat (h), 1e-14);
%!   endfor
%! endfor
%!test  # all solvers agree on all methods
%! for method = {"gsam", "fsam", "looksam", "functional"}
%!   g = cell (1, 3);
%!   for k = 1:3
%!     [~, g{k}] = hybrid_gradient (model, data, v, "solver", {"rk4", "dopri5", "cvode"}{k}, "step", 0.005, "rtol", 1e-10, "atol", 1e-12, "method", method{1}, "rho", 0.2);
%!   endfor
%!   assert (flat (g{2}), flat (g{1}), 1e-8);
%!   assert (flat (g{3}), flat (g{1}), 1e-8);
%! endfor

%!function r = overlap (model, sol, v, physics, network)
%!  r = 0;
%!  for b = 1:size (sol.x, 3)
%!    for k = 1:rows (sol.x)
%!      x = struct ("q", sol.x(k,1,b), "p", sol.x(k,2,b));
%!      r += physics (x, v)' * network (x, v);
%!    endfor
%!  endfor
%!  r /= rows (sol.x) * size (sol.x, 3);
%!endfunction
%!function y = net_of (v, x)
%!  y = v.nets.f.W{2} * tanh (v.nets.f.W{1} * x + v.nets.f.b{1}) + v.nets.f.b{2};
%!endfunction

%!test  # orth: its value, its gradient by all solvers, either sign of the mean, bounds; groups of blocks do not matter
%! physics = @(x, v) [x.p; -v.params.w2 * sin(x.q)];
%! network = @(x, v) [0; net_of(v, [x.q; x.p])];
%! mean_overlap = [];
%! for sign = [-1 1]
%!   w = v;
%!   w.nets.f.W{2} *= sign;
%!   w.nets.f.b{2} *= sign;
%!   sol = hybrid_simulate (model, data, w, options{:});
%!   mean_overlap(end+1) = overlap (model, sol, w, physics, network);
%!   [~, g, info] = hybrid_gradient (model, data, w, options{:}, "method", "orth", "lambda", 0.5);
%!   assert (info.penalty, 0.5 * abs (mean_overlap(end)), 1e-14);
%!   for solver = {"rk4", "dopri5", "cvode"}
%!     o = {"solver", solver{1}, "step", 0.5, "rtol", 1e-10, "atol", 1e-12};
%!     [~, g] = hybrid_gradient (model, data, w, o{:}, "penalty", "orth", "lambda", 0.5);
%!     g = flat (g);
%!     for i = [1 2 9 14]
%!       h = zeros (14, 1);
%!       h(i) = 1e-5;
%!       f = @(w) hybrid_gradient (model, data, unflat (w), o{:}, "penalty", "orth", "lambda", 0.5);
%!       assert (g(i), (f (flat (w) + h) - f (flat (w) - h)) / 2e-5, 2e-8);
%!     endfor
%!   endfor
%! endfor
%! assert (any (mean_overlap < 0) && any (mean_overlap > 0));
%!shared
%!test  # orth of an algebraic law
%! m = hybrid_model ("inputs", {"s"}, "params", struct ("a", 2), "nets", struct ("f", hybrid_net ([1 3 1])), "output", @(t, x, u, p, nn) p.a * u.s + nn.f (u.s));
%! s = linspace (0.1, 1, 7)';
%! d = hybrid_data ([], sin (s), "inputs", s);
%! v = hybrid_values (m);
%! net = @(s) v.nets.f.W{2} * tanh (v.nets.f.W{1} * s + v.nets.f.b{1}) + v.nets.f.b{2};
%! [~, g, info] = hybrid_gradient (m, d, v, "penalty", "orth", "lambda", 3);
%! assert (info.penalty, 3 * abs (mean (2 * s .* arrayfun (net, s))), 1e-14);
%! w = v;
%! w.params.a += 1e-6;
%! assert (g.params.a, (hybrid_gradient (m, d, w, "penalty", "orth", "lambda", 3) - hybrid_gradient (m, d, v, "penalty", "orth", "lambda", 3)) / 1e-6, 1e-5);
%!test  # without a network in the law there is nothing to be orthogonal to
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! [~, ~, info] = hybrid_gradient (m, hybrid_data ([0 1 2], [3; 2; 1]), hybrid_values (m), "penalty", "orth", "lambda", 1);
%! assert (info.penalty, 0);
%!test  # a finite but absurd gradient at the perturbed point is not given to the optimizer: Adam would not forget it
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 0.1), "nets", struct ("f", hybrid_net ([1 1 1])), "rhs", @(t, x, u, p, nn) (p.k + nn.f (1)) * x.x);
%! d = hybrid_data ((0:5)', exp (-0.2 * (0:5)'));
%! run = @(varargin) hybrid_train (m, d, "iterations", 3, "solver", "rk4", "step", 0.02, "display", "off", varargin{:});
%! fit = run ("method", "sam", "rho", 20, "scope", "nets");
%! assert (all (isfinite (fit.history.gradient_norm)) && max (fit.history.gradient_norm) < 1e3);
%! erm = run ();
%! assert (fit.values, erm.values);
%! assert (fit.info.unsolved(1).count, 3);

%!shared model, data
%! model = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "nets", struct ("f", hybrid_net ([1 2 1])), "rhs", @(t, x, u, p, nn) -p.k * x.x + nn.f (x.x));
%! data = hybrid_data ([0 1 2], [3; 2; 1]);
%!error id=hybridsam:option:value hybrid_train (model, data, "method", "agnostic")
%!error id=hybridsam:option:value hybrid_gradient (model, data, hybrid_values (model), "method", "agnostic")
%!error id=hybridsam:option:value hybrid_train (model, data, "method", "fsam", "groups", 2)
%!error id=hybridsam:option:value hybrid_train (model, data, "groups", 0)
%!error id=hybridsam:option:value hybrid_train (model, data, "groups", 1.5)
%!error id=hybridsam:option:value hybrid_train (model, data, "looksam_every", 0)
%!error id=hybridsam:option:value hybrid_train (model, data, "fsam_memory", 2)
%!error id=hybridsam:option:value hybrid_train (model, data, "gsam_alpha", NaN)
%!error id=hybridsam:option:value
%! m = hybrid_model ("states", {"x"}, "nets", struct ("f", hybrid_net ([1 2 1])), "rhs", @(t, x, u, p, nn) -x.x + nn.f (x.x), "trace", false);
%! hybrid_train (m, data, "method", "orth", "lambda", 1, "iterations", 1, "display", "off");
