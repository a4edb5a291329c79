## SPDX-License-Identifier: GPL-3.0-or-later

## A real pendulum (Kaheman et al. 2022, examples/data/README.md): the free swing of one arm, theta = pi hanging.
##
##   theta'' = w2 sin (theta) + f (theta, theta')        w2 known to be there, its value not;  f: a network for the friction
##
## Published: w2 = 64.219 1/s^2. Plain training (ERM) is free to let the network do the gravity's work; SAM keeps it simple.
## Prints w2 and the validation error of both and writes demo_pendulum.png.

here = fileparts (mfilename ("fullpath"));
addpath (fullfile (here, "..", "octave"), fullfile (here, "..", "src"));
published = 64.219;
quick = ! isempty (getenv ("HYBRIDSAM_QUICK"));

## 50 Hz; segments of 25 steps, each started from its own first sample. The angular velocity is some 8 times larger than the angle (its
## square 64 times), so it is weighted down to count as much.
source = @(set) hybrid_data (fullfile (here, "data", "pendulum_single.csv"), "time", "time_s", "trajectory", {"set", "segment"}, ...
                             "outputs", {"theta_rad", "dtheta_rad_s"}, "where", {"set", set}, "every", 2, "weights", [1 1/64]);
train = hybrid_segment (source ("id"), 25);
validation = hybrid_segment (source ("val"), 25);
disp (train);

model = hybrid_model ("states", {"theta", "omega"}, "params", struct ("w2", 40), "nets", struct ("f", hybrid_net ([2 32 32 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.omega; p.w2 * sin(x.theta) + 8 * nn.f([x.theta - pi; x.omega / 8])]);

common = {"solver", "rk4", "step", 0.02, "iterations", {4000, 20}{1 + quick}, "display", "iter", ...
          "learning_rate", struct("params", 0.1, "nets", 3e-3)};
methods = {"erm", "sam"};
fits = cell (1, 2);
for k = 1:2
  printf ("\n%s\n", upper (methods{k}));
  fits{k} = hybrid_train (model, train, "method", methods{k}, "rho", 0.2, common{:});
endfor

printf ("\n%-9s %10s %10s %18s\n", "", "w2 (1/s^2)", "off by (%)", "validation error");
for k = 1:2
  w2 = fits{k}.params.w2;
  printf ("%-9s %10.3f %10.1f %18.4g\n", upper (methods{k}), w2, 100 * (w2 / published - 1), ...
          hybrid_gradient (model, validation, fits{k}.values, "solver", "rk4", "step", 0.02));
endfor
printf ("%-9s %10.3f\n", "published", published);

## The picture: a whole validation record solved from its first sample, and w2 on its way.
folder = getenv ("HYBRIDSAM_OUT");
if (isempty (folder))
  folder = fileparts (here);
endif
warning ("off", "Octave:gnuplot-graphics");
warning ("off", "print:nogs");
graphics_toolkit gnuplot
colours = [0 114 178; 213 94 0] / 255;
record = source ("val");
n = record.count(1);
whole = hybrid_data (record.t(1:n) - record.t(1), record.y(1:n,:));
h = figure ("visible", "off", "color", "w", "position", [0 0 1200 800], "paperunits", "points", "papersize", [1200 800], ...
            "paperposition", [0 0 1200 800]);
paper = @(place) axes ("position", place, "fontsize", 14, "box", "off", "nextplot", "add", "ygrid", "on");
a = paper ([0.07 0.60 0.80 0.34]);
plot (a, whole.t, whole.y(:,1), ".", "color", [0.5 0.5 0.5], "markersize", 8);
for k = 1:2
  sol = hybrid_simulate (model, whole, fits{k}.values, "solver", "rk4", "step", 0.02);
  plot (a, sol.t, sol.y(:,1), {"-", "--"}{k}, "color", colours(k,:), "linewidth", 2);
endfor
axis (a, [0 9.2 2.4 3.8]);
xlabel (a, "time (s)", "fontsize", 14);
ylabel (a, "angle (rad)", "fontsize", 14);
title (a, "A validation record and both models, solved from its first sample", "fontsize", 14, "fontweight", "normal");
names = {"ERM", "SAM"};
text (9.3, 3.5, "measured", "parent", a, "color", [0.5 0.5 0.5], "fontsize", 14);
for k = 1:2
  text (9.3, 3.5 - 0.25 * k, names{k}, "parent", a, "color", colours(k,:), "fontsize", 14);
endfor
a = paper ([0.07 0.09 0.80 0.36]);
last = max (2, fits{1}.info.iterations);
plot (a, [0 last], [published published], "k--", "linewidth", 1);
text (1.01 * last, published, "published", "parent", a, "fontsize", 14);
for k = 1:2
  plot (a, fits{k}.history.iteration, fits{k}.history.params.w2, "color", colours(k,:), "linewidth", 2);
  text (1.01 * last, fits{k}.history.params.w2(end) - (k == 2), names{k}, "parent", a, "color", colours(k,:), "fontsize", 14);
endfor
axis (a, [0 last 38 68]);
xlabel (a, "iteration", "fontsize", 14);
ylabel (a, "w2 (1/s^2)", "fontsize", 14);
title (a, "The physical parameter: who does the gravity's work?", "fontsize", 14, "fontweight", "normal");
file = fullfile (folder, "demo_pendulum.png");
print (h, file, "-dpngcairo");
printf ("\nwrote %s\n", file);
