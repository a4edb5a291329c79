## SPDX-License-Identifier: GPL-3.0-or-later

## make bench: first figures of speed. P: pendulum with a 2-64-64-1 tanh network, one rk4 step a sample, one thread, best of many.

top = fileparts (fileparts (fileparts (mfilename ("fullpath"))));
cd (top);
addpath ("octave", "src");

function ms = best (n, f)
  ms = Inf;
  for k = 1:n
    [~, ~, info] = f ();
    ms = min (ms, 1e3 * info.seconds);
  endfor
endfunction

model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.2), "nets", struct ("f", hybrid_net ([2 64 64 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
v = hybrid_values (model);
printf ("%-14s %14s %14s %8s %14s\n", "P", "gradient (ms)", "SAM step (ms)", "ratio", "cvode (ms)");
for size = {[25, 40], [100, 100]}
  B = size{1}(1);
  t = 0.5 * (0:size{1}(2))';
  phase = reshape (2 * pi * (1:B) / B, 1, 1, B);
  data = hybrid_data (t, [cos(t + phase), -sin(t + phase)]);
  plain = best (60, @() hybrid_gradient (model, data, v, "solver", "rk4"));
  sam = best (30, @() hybrid_gradient (model, data, v, "solver", "rk4", "method", "sam"));
  cvode = best (3, @() hybrid_gradient (model, data, v, "rtol", 1e-6));
  printf ("B=%-4d T=%-5d %14.2f %14.2f %8.2f %14.1f\n", B, size{1}(2), plain, sam, sam / plain, cvode);
endfor
