## SPDX-License-Identifier: GPL-3.0-or-later

## make coverage: how often the 95 % intervals of hybrid_report cover the truth, over 200 simulated data sets (HYBRIDSAM_SETS: another number; a quarter of it
## where the networks are free to imitate the physics). A pendulum with
## friction, 20 trajectories of 17 samples from known initial states, noise 0.01; twice: with a network of the velocity alone, which cannot imitate the physics, and with one of angle and
## velocity, which can. Trained for 2000 iterations, which is not to the end. Prints a table for doc/results.md.

1;

function [cases, w2, count] = all_cases ()
  physics = @(x, p) -p.w2 * sin (x.q);
  cases = {"network of the velocity, 1-16-1", hybrid_net([1 16 1]), @(t, x, u, p, nn) [x.p; physics(x, p) + nn.f(x.p)], 1; ...
           "network of angle and velocity, 2-32-32-1", hybrid_net([2 32 32 1]), @(t, x, u, p, nn) [x.p; physics(x, p) + nn.f([x.q; x.p])], 4};
  w2 = 1.1;
  count = 200;
  if (! isempty (getenv ("HYBRIDSAM_SETS")))
    count = str2double (getenv ("HYBRIDSAM_SETS"));
  endif
endfunction

function data = simulated (w2, seed)
  t = (0:0.5:8)';
  angle = linspace (-1.5, 1.5, 20);
  x0 = [angle; 0.8 * cos(3 * angle)];
  law = hybrid_model ("states", {"q", "p"}, "rhs", @(t, x, u, p, nn) [x.p; -w2 * sin(x.q) - 0.2 * x.p]);
  y = hybrid_simulate (law, hybrid_data (t, [], "initial", x0), hybrid_values (law), "solver", "cvode", "rtol", 1e-10, "atol", 1e-12).x;
  randn ("seed", seed);
  data = hybrid_data (t, y + 0.01 * randn (size (y)), "initial", x0);
endfunction

cd (fileparts (fileparts (fileparts (mfilename ("fullpath")))));
addpath ("octave", "src");
[cases, w2, count] = all_cases ();
printf ("| network | method | data sets | called identifiable | of these covered | of all covered | median standard error, free | fixed | median error of w2 |\n|---|---|---|---|---|---|---|---|---|\n");
for c = cases'
  for method = {"erm", "sam"}
    s = struct ("identifiable", {}, "covered", {}, "free", {}, "fixed", {}, "error", {});
    for k = 1:ceil (count / c{4})
      data = simulated (w2, k);
      model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", c{2}), "rhs", c{3});
      fit = hybrid_train (model, data, "solver", "rk4", "step", 0.25, "schedule", "cosine", "learning_rate", struct ("params", 1e-2, "nets", 5e-3), "method", method{1}, ...
                          "iterations", 2000, "seed", k, "threads", 1, "display", "off");
      r = hybrid_report (fit, "sharpness", false, "display", "off");
      s(k) = struct ("identifiable", r.identifiable.w2, "covered", r.interval.w2(1) <= w2 && w2 <= r.interval.w2(2), "free", r.standard_error.w2, ...
                     "fixed", r.standard_error_fixed.w2, "error", abs (fit.params.w2 - w2));
    endfor
    good = [s.identifiable];
    percent = @(x) sprintf ("%.1f %%", 100 * mean (x));
    of_good = "";
    if (any (good))
      of_good = percent ([s(good).covered]);
    endif
    printf ("| %s | %s | %d | %s | %s | %s | %.3g | %.3g | %.3g |\n", c{1}, method{1}, numel (s), percent (good), of_good, percent ([s.covered]), median ([s.free]), ...
            median ([s.fixed]), median ([s.error]));
    fflush (stdout);
  endfor
endfor
