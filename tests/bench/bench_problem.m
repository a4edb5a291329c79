## SPDX-License-Identifier: GPL-3.0-or-later

## q = bench_problem (NAME, ...): the problems of the benchmarks; q.model, q.data, q.v, and q.layers of the network.
##
##   "pendulum", B, T, LAYERS   P: q' = p, p' = -w2 sin q + net (q, p); B trajectories, T steps of 0.5 between T + 1 saved times, the first
##                              of which is the initial state. LAYERS [] leaves the network out.
##   "spiral"                   y' = net (y^3), net 2-50-2, y0 = (2, 0), 30 points on [0, 1.5] of y' = [-0.1 2; -2 -0.1] y^3
##   "vanderpol", B             x' = y, y' = 1000 (1 - x^2) y - x + net (x, y), net 2-16-1, 21 saved times on [0, 2000]
##   "chain", N, B, T           x_i' = k (x_{i-1} - 2 x_i + x_{i+1}), N states, held at 0 at both ends
##   "fields", N, B, T          R: U' = a lap U + net, V' = b lap V + net on N x N periodic pixels, 3 x 3 convolutions 2-16-16-2; B trajectories, T steps of
##                              0.1 between T + 1 saved times; q.pixels = N^2, q.taps = 9 (1 and 1 elsewhere)
##
## Networks have their default random start values: nothing is trained before.

function q = bench_problem (name, varargin)
  q = feval (name, varargin{:});
  if (! isfield (q, "pixels"))
    q.pixels = q.taps = 1;
  endif
  q.v = hybrid_values (q.model);
endfunction

function q = pendulum (B, T, layers = [2 64 64 1])
  phase = reshape (2 * pi * (1:B) / B, 1, 1, B);
  t = 0.5 * (0:T)';
  q.layers = layers;
  q.data = hybrid_data (t, [cos(t + phase), -sin(t + phase)]);
  states = {"q", "p"};
  if (isempty (layers))
    q.model = hybrid_model ("states", states, "params", struct ("w2", 0.2), "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q)]);
  else
    q.model = hybrid_model ("states", states, "params", struct ("w2", 0.2), "nets", struct ("f", hybrid_net (layers)), ...
                            "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
  endif
endfunction

function q = spiral ()
  truth = hybrid_model ("states", {"a", "b"}, "rhs", @(t, x, u, p, nn) [-0.1 * x.a^3 + 2 * x.b^3; -2 * x.a^3 - 0.1 * x.b^3]);
  t = linspace (0, 1.5, 30)';
  sol = hybrid_simulate (truth, hybrid_data (t, [], "initial", [2; 0]), hybrid_values (truth), "rtol", 1e-10, "atol", 1e-12);
  q.layers = [2 50 2];
  q.data = hybrid_data (t, sol.x, "initial", [2; 0]);
  q.model = hybrid_model ("states", {"a", "b"}, "nets", struct ("f", hybrid_net (q.layers)), "rhs", @(t, x, u, p, nn) nn.f([x.a^3; x.b^3]));
endfunction

function q = vanderpol (B)
  q.layers = [2 16 1];
  q.data = hybrid_data (linspace (0, 2000, 21)', [], "initial", [linspace(1.5, 2.5, B); zeros(1, B)]);
  q.model = hybrid_model ("states", {"x", "y"}, "params", struct ("mu", 1000), "nets", struct ("f", hybrid_net (q.layers)), ...
                          "rhs", @(t, x, u, p, nn) [x.y; p.mu*(1 - x.x^2)*x.y - x.x + nn.f([x.x; x.y])]);
endfunction

function q = chain (N, B, T)
  q.layers = [];
  x0 = sin (pi * (1:N)' / (N + 1)) * (1:B) / B;
  t = 0.1 * (0:T)';
  q.data = hybrid_data (t, permute (exp (-0.1 * t) .* reshape (x0, 1, N, B), [1 2 3]), "initial", x0);
  q.model = hybrid_model ("states", struct ("x", [N 1]), "params", struct ("k", 1), ...
                          "rhs", @(t, x, u, p, nn) p.k * ([0; x.x(1:end-1)] - 2 * x.x + [x.x(2:end); 0]));
endfunction

function q = fields (N, B, T)
  q.layers = [2 16 16 2];
  q.pixels = N ^ 2;
  q.taps = 9;
  [i, j, c, b] = ndgrid (2 * pi * (1:N) / N, 2 * pi * (1:N) / N, 1:2, 1:B);
  x0 = reshape (0.5 * sin (i + b) .* cos (j + 0.5 * b + c), 2 * N ^ 2, B);
  t = 0.1 * (0:T)';
  q.data = hybrid_data (t, exp (-0.1 * t) .* reshape (x0, 1, 2 * N ^ 2, B), "initial", x0);
  net = hybrid_net ("conv", q.layers, "kernel", 3, "boundary", "periodic");
  q.model = hybrid_model ("states", struct ("U", [N N], "V", [N N]), "params", struct ("a", 1e-3, "b", 5e-3), "nets", struct ("c", net), ...
                          "rhs", @(t, x, u, p, nn) reaction_diffusion (x, p, nn, 2 / N));
endfunction

function f = reaction_diffusion (x, p, nn, dx)
  r = nn.c(cat (3, x.U, x.V));
  f.U = p.a * hybrid_laplacian (x.U, dx, "periodic") + r(:,:,1);
  f.V = p.b * hybrid_laplacian (x.V, dx, "periodic") + r(:,:,2);
endfunction
