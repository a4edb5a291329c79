## SPDX-License-Identifier: GPL-3.0-or-later

## What a call costs beside the core's arithmetic, in measures that do not depend on the machine: function calls (operators, built-in and m-functions,
## as the profiler counts them), and the processor time of ode45 in the same run.

%!function n = calls_of (f)
%!  f ();  # what is made once
%!  profile ("clear");
%!  profile ("on");
%!  f ();
%!  profile ("off");
%!  n = sum ([profile("info").FunctionTable.NumCalls]);
%!  profile ("clear");
%!endfunction

%!function s = processor_seconds (n, f)
%!  s = Inf;
%!  for k = 1:5
%!    start = cputime ();
%!    for j = 1:n
%!      f ();
%!    endfor
%!    s = min (s, (cputime () - start) / n);
%!  endfor
%!endfunction

%!shared model, data, v, t
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 1.1), "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - 0.2*x.p]);
%! t = linspace (0, 20, 41)';
%! data = hybrid_data (t, [], "initial", [1; 0]);
%! v = hybrid_values (model);
%!test  # a simulation: 216 calls when this was written
%! assert (calls_of (@() hybrid_simulate (model, data, v, "rtol", 1e-6)) <= 260);
%!test  # a gradient with a network of two layers: 332
%! m = hybrid_model ("states", {"a", "b"}, "nets", struct ("f", hybrid_net ([2 50 2])), "rhs", @(t, x, u, p, nn) nn.f ([x.a^3; x.b^3]));
%! d = hybrid_data (t / 20, [cos(t), sin(t)], "initial", [2; 0]);
%! w = hybrid_values (m);
%! assert (calls_of (@() hybrid_gradient (m, d, w, "solver", "rk4")) <= 420);
%!test  # as many calls for many trajectories as for two, with values of their own too
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", struct ("start", 1, "shared", false)), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! n = zeros (1, 2);
%! for i = 1:2
%!   B = [2, 60](i);
%!   d = hybrid_data ((0:4)', exp (-(0:4)') .* ones (1, 1, B), "initial", "estimate");
%!   w = hybrid_values (m, d);
%!   n(i) = calls_of (@() hybrid_gradient (m, d, w, "solver", "rk4"));
%! endfor
%! assert (n(2) <= n(1) + 5);
%!test  # at least ten times as fast as ode45 at the same tolerance
%! f = @(t, x) [x(2); -1.1*sin(x(1)) - 0.2*x(2)];
%! o = odeset ("RelTol", 1e-6, "AbsTol", 1e-8);
%! theirs = processor_seconds (2, @() nthargout (1:2, @ode45, f, t, [1; 0], o));
%! ours = processor_seconds (40, @() hybrid_simulate (model, data, v, "rtol", 1e-6));
%! assert (theirs > 10 * ours);

%!test  # a model and data that were saved: the same numbers; also a model without what hybrid_model prepares for later calls
%! m = hybrid_model ("states", {"x"}, "params", struct ("a", struct ("start", 1, "lower", 0, "prior_mean", 2, "prior_spread", 1)), ...
%!                   "rhs", @(t, x, u, p, nn) -p.a * x.x);
%! d = hybrid_data ([0 1 2], [3; 2; 1], "initial", "estimate", "initial_spread", 0.5);
%! w = hybrid_values (m, d);
%! [loss, g] = hybrid_gradient (m, d, w);
%! file = tempname ();
%! unwind_protect
%!   save ("-binary", file, "m", "d");
%!   s = load (file);
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%! [again, h] = hybrid_gradient (rmfield (s.m, "shared"), s.d, w);
%! assert ({again, h}, {loss, g});
%! [again, h] = hybrid_gradient (s.m, s.d, w);
%! assert ({again, h}, {loss, g});
