## SPDX-License-Identifier: GPL-3.0-or-later

## The fan of a wind tunnel (Gamella et al. 2025, examples/data/README.md): load in, speed w (rad/s) out.
##
##   w' = s tau (load) / I - (K/I) w |w| + 10 f (w, load)      tau (load) = T (C_max - C_min) max (L_min, load)^3
##
## Known: the form, and T, C_min, C_max, L_min, I as published. Not known: K/I and the scale s of the torque, both positive. The network f is to
## find what is missing: the torque does not grow as the cube of the load, and the fan has friction besides the air's drag.
## (w |w| is w^2 for a fan that turns forward, and still a drag where a network drives it backward.)
##
## Published: K/I = 1.514e-3 per rad. Physics alone makes it three times as large. Is it right with a network, and does it depend on where
## the training starts? Prints K/I from two starts and the error on held-out windows, and writes wind_tunnel.png.

here = fileparts (mfilename ("fullpath"));
addpath (fullfile (here, "..", "octave"), fullfile (here, "..", "src"));
quick = ! isempty (getenv ("HYBRIDSAM_QUICK"));
published = 5.2687e-8 / 3.481e-5;
starts = [5e-4, 5e-3];

task = hybrid_task ("wind-tunnel");
train = task.train;         # stretches of constant load of three windows
pieces = task.validation;   # those of another one
whole = task.test;          # a window as a whole
disp (train);

torque = @(load) 0.05 * (0.27 - 0.166) / 3.481e-5 * max (0.1, load) ^ 3;
positive = @(start) struct ("start", start, "lower", 0);
published_form = @(w, load, p) p.s * torque (load) - p.drag * w * abs (w);
settled = @(load, W) hybrid_ifelse (load > 0.3, W(3), hybrid_ifelse (load > 0.15, W(2), W(1)));
fan = @(params, rhs, nets) hybrid_model ("states", {"w"}, "inputs", {"load"}, "params", params, "rhs", rhs, nets{:});

## The torque scale free; the settled speed of each load free (rad/s; 0.01 and 0.1 are one level below L_min); the hybrid model, whose
## network sees numbers of order one.
cube = @(drag) fan (struct ("drag", positive (drag), "s", positive (1)), @(t, x, u, p, nn) published_form (x.w, u.load, p), {});
levels = @(drag) fan (struct ("drag", positive (drag), "W", positive ([30; 70; 160])), ...
                      @(t, x, u, p, nn) p.drag * (settled (u.load, p.W) ^ 2 - x.w * abs (x.w)), {});
hybrid = @(drag) fan (struct ("drag", positive (drag), "s", positive (1)), ...
                      @(t, x, u, p, nn) published_form (x.w, u.load, p) + 10 * nn.f ([x.w / 100; u.load / 0.5]), ...
                      {"nets", struct("f", hybrid_net ([2 16 16 1]))});

solver = {"solver", "rk4", "step", 0.5};
common = {solver{:}, "scale", "auto", "iterations", {3000, 20}{1 + quick}, "display", "off"};
cases = {"physics, torque scale free",   cube,   {"learning_rate", 3e-2, "schedule", "cosine"}; ...
         "physics, settled speeds free", levels, {"learning_rate", 3e-2, "schedule", "cosine"}; ...
         "hybrid, ERM",                  hybrid, {}; ...
         "hybrid, L2 1e-4",              hybrid, {"method", "l2", "lambda", 1e-4}; ...
         "hybrid, SAM 0.1",              hybrid, {"method", "sam", "rho", 0.1}};

## Over all samples but the first of each trajectory, which starts it.
function e = rmse (fit, data, solver)
  square = hybrid_gradient (fit.model, data, fit.values, solver{:});
  e = sqrt (square) * 60 / (2 * pi);
endfunction

printf ("\n%-30s %13s %13s %15s %15s\n", "", "K/I from 5e-4", "K/I from 5e-3", "RMSE (rpm)", "whole window");
fits = cell (rows (cases), 2);
for k = 1:rows (cases)
  for j = 1:2
    fits{k,j} = hybrid_train (cases{k,2} (starts(j)), train, common{:}, cases{k,3}{:});
  endfor
  printf ("%-30s %13.3e %13.3e %7.1f %7.1f %7.1f %7.1f\n", cases{k,1}, fits{k,1}.params.drag, fits{k,2}.params.drag, ...
          rmse (fits{k,1}, pieces, solver), rmse (fits{k,2}, pieces, solver), rmse (fits{k,1}, whole, solver), rmse (fits{k,2}, whole, solver));
endfor
printf ("%-30s %13.3e\n", "published", published);

## The picture: a held-out window solved from its first sample, and K/I on its way from both starts.
folder = getenv ("HYBRIDSAM_OUT");
if (isempty (folder))
  folder = fileparts (here);
endif
warning ("off", "Octave:gnuplot-graphics");
warning ("off", "print:nogs");
graphics_toolkit gnuplot
grey = [0.5 0.5 0.5];
shown = {2, "physics alone", [0 158 115] / 255; 3, "ERM", [0 114 178] / 255; 5, "SAM", [213 94 0] / 255};
h = figure ("visible", "off", "color", "w", "position", [0 0 1200 800], "paperunits", "points", "papersize", [1200 800], ...
            "paperposition", [0 0 1200 800]);
paper = @(place) axes ("position", place, "fontsize", 14, "box", "off", "nextplot", "add", "ygrid", "on");

a = paper ([0.08 0.60 0.75 0.34]);
one = whole;
plot (a, one.t, one.y * 60 / (2 * pi), ".", "color", grey, "markersize", 14);
text (121, 1500, "measured", "parent", a, "color", grey, "fontsize", 14);
for k = 1:3
  sol = hybrid_simulate (fits{shown{k,1},2}.model, one, fits{shown{k,1},2}.values, solver{:});
  plot (a, sol.t, sol.y * 60 / (2 * pi), {"-", "-", "--"}{k}, "color", shown{k,3}, "linewidth", 2);
  text (121, 1500 - 230 * k, shown{k,2}, "parent", a, "color", shown{k,3}, "fontsize", 14);
endfor
axis (a, [70 120 0 1800]);
xlabel (a, "time (s)", "fontsize", 14);
ylabel (a, "speed (rpm)", "fontsize", 14);
title (a, "A held-out window, solved from its first sample: load 0.01, 0.5 at 79 s, 0.1 at 104 s", "fontsize", 14, "fontweight", "normal");

a = paper ([0.08 0.09 0.75 0.36]);
last = max (2, fits{3,1}.info.iterations);
plot (a, [0 last], log10 ([published published]), "k--", "linewidth", 1);
text (1.01 * last, log10 (published) - 0.02, "published", "parent", a, "fontsize", 14);
for k = 1:3
  for j = 1:2
    way = fits{shown{k,1},j}.history;
    plot (a, way.iteration, log10 (way.params.drag), "color", shown{k,3}, "linewidth", 2);
  endfor
  at = {1, 1, 2}{k};  # one label a method, at the line that stands apart
  text (1.01 * last, log10 (fits{shown{k,1},at}.params.drag) + 0.02, shown{k,2}, "parent", a, "color", shown{k,3}, "fontsize", 14);
endfor
marks = [0.5 1 2 5];
axis (a, [0 last log10([4e-4 8e-3])]);
set (a, "ytick", log10 (marks * 1e-3), "yticklabel", arrayfun (@(m) sprintf ("%g", m), marks, "UniformOutput", false));
xlabel (a, "iteration", "fontsize", 14);
ylabel (a, "K/I (0.001 per rad)", "fontsize", 14);
title (a, "The physical parameter from two starts: does the network leave it one place to go?", "fontsize", 14, "fontweight", "normal");
file = fullfile (folder, "wind_tunnel.png");
print (h, file, "-dpngcairo");
printf ("\nwrote %s\n", file);
