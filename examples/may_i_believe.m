## SPDX-License-Identifier: GPL-3.0-or-later

## May I believe this theta? The real pendulum of demo_pendulum.m (Kaheman et al. 2022), judged without its published value, w2 = 64.219 1/s^2.
##
##   theta'' = w2 sin (theta) + f (theta, theta')      the network sees what the physics sees, and can do its work
##   theta'' = w2 sin (theta) + f (theta')             it sees the velocity alone, as a friction would
##
## The radius of SAM by hybrid_sweep, which looks at held-out records; what the data say about w2, with the network free, by hybrid_report. Writes may_i_believe_sweep.png,
## _residual.png (what the network has learned) and _landscape.png of the first, _report.png of the second.

here = fileparts (mfilename ("fullpath"));
addpath (fullfile (here, "..", "octave"), fullfile (here, "..", "src"));
quick = ! isempty (getenv ("HYBRIDSAM_QUICK"));
folder = getenv ("HYBRIDSAM_OUT");
if (isempty (folder))
  folder = fileparts (here);
endif
picture = @(name) fullfile (folder, ["may_i_believe_" name ".png"]);

source = @(set) hybrid_segment (hybrid_data (fullfile (here, "data", "pendulum_single.csv"), "time", "time_s", "trajectory", {"set", "segment"}, ...
                                "outputs", {"theta_rad", "dtheta_rad_s"}, "where", {"set", set}, "every", 2, "weights", [1 1/64]), 25);
train = source ("id");
validation = source ("val");
common = {"solver", "rk4", "step", 0.02, "iterations", {4000, 20}{1 + quick}, "learning_rate", struct("params", 0.1, "nets", 3e-3), "display", "off"};
own = struct ("w2", 40);

printf ("A network of angle and velocity\n\n");
model = hybrid_model ("states", {"theta", "omega"}, "params", own, "nets", struct ("f", hybrid_net ([2 32 32 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.omega; p.w2 * sin(x.theta) + 8 * nn.f([x.theta - pi; x.omega / 8])]);
s = hybrid_sweep (model, train, "method", "sam", "rho", {[1 0.5 0.2 0.1 0.05 0], [0.2 0]}{1 + quick}, "seeds", 1:{3, 1}{1 + quick}, "validation", validation, common{:}, "display", "final");
printf ("\nWhat the choice looks like:\n\n");
r = hybrid_report (s.fit, "landscape", "w2", "landscape_points", {10, 2}{1 + quick});
hybrid_plot (s, "file", picture ("sweep"));
hybrid_plot (s, "residual", "file", picture ("residual"));
hybrid_plot (r, "landscape", "file", picture ("landscape"));

printf ("\nA network of the velocity\n\n");
model = hybrid_model ("states", {"theta", "omega"}, "params", own, "nets", struct ("f", hybrid_net ([1 16 1])), ...
                      "rhs", @(t, x, u, p, nn) [x.omega; p.w2 * sin(x.theta) + 8 * nn.f(x.omega / 8)]);
fit = hybrid_train (model, train, common{:});
r = hybrid_report (fit);
hybrid_plot (r, "file", picture ("report"));
printf ("\nPublished: w2 = 64.219\n");
