## SPDX-License-Identifier: GPL-3.0-or-later

## make results: trained parameters over 5 seeds, as tables (median [min max]). Prints them and writes doc/results.md.
## The settings are the project's own. HYBRIDSAM_QUICK=1: 2 seeds and a tenth of the iterations, printed only.

1;

function quick = is_quick ()
  quick = ! isempty (getenv ("HYBRIDSAM_QUICK"));
endfunction

function n = iterations (n)
  if (is_quick ())
    n = ceil (n / 10);
  endif
endfunction

## rows: {label, options}; measure (fit) -> a row of numbers; prints and returns the table.
function text = table (title, heads, cases, train, measure)
  seeds = 1:{5, 2}{1 + is_quick()};
  text = sprintf ("\n## %s\n\n| method |%s seconds |\n|---|%s---|\n", title, sprintf (" %s |", heads{:}), repmat ("---|", 1, numel (heads)));
  printf ("%s", text);
  for k = 1:rows (cases)
    values = [];
    for seed = seeds
      fit = train (seed, cases{k,2});
      values(end+1,:) = [measure(fit), fit.info.seconds];
    endfor
    line = sprintf ("| %s |", cases{k,1});
    for j = 1:columns (values) - 1
      line = [line, sprintf(" %.4g [%.4g %.4g] |", median (values(:,j)), min (values(:,j)), max (values(:,j)))];
    endfor
    line = [line, sprintf(" %.1f |\n", median (values(:,end)))];
    printf ("%s", line);
    text = [text, line];
  endfor
endfunction

## ---- the synthetic pendulum of tests/data/README.md

function text = pendulum ()
  read = @(name) dlmread (["tests/data/pendulum_" name ".csv"], ",", 1, 0);
  shape = @(T, columns) permute (reshape (T(:,columns), 41, [], 2), [1 3 2]);
  T = read ("train");
  data = hybrid_segment (hybrid_data (T(1:41,2), shape (T, 3:4)), 8);
  clean = shape (read ("test"), 5:6);
  horizon = hybrid_data (T(1:41,2), [], "initial", squeeze (clean(1,:,:)));
  model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.2), "nets", struct ("f", hybrid_net ([2 32 32 1])), ...
                        "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
  solver = {"solver", "rk4", "step", 0.5};
  train = @(seed, options) hybrid_train (model, data, "seed", seed, "iterations", iterations (1500), "batch", 25, "display", "off", solver{:}, options{:});
  rmse = @(fit) sqrt (mean (((hybrid_simulate (model, horizon, fit.values, solver{:}).y - clean)(2:end,:,:))(:) .^ 2));
  measure = @(fit) [abs(fit.params.w2 - (2*pi/6)^2), rmse(fit)];
  cases = {"ERM", {}; "SAM 0.2", {"method", "sam", "rho", 0.2}; "ASAM 1", {"method", "asam", "rho", 1}; "L2 1e-2", {"method", "l2", "lambda", 1e-2}; "FN 0.1", {"method", "fn", "lambda", 0.1}};
  text = table ("Pendulum, synthetic: w2 = 1.0966, a network for the friction", {"abs (w2 - truth)", "test RMSE"}, cases, train, measure);
endfunction

## ---- light tunnel (examples/light_tunnel.m)

function y = sensor (u, p, nn)
  settings = [u.red; u.green; u.blue; u.pol_1; u.pol_2; u.l_31; u.l_32];
  law = p.theta' * (settings(1:3) / 100) * cos ((u.pol_1 - u.pol_2) * pi / 180) ^ 2;
  y = law + nn.f((settings - p.middle) ./ p.spread);
endfunction

## A random order of the rows that depends on the seed alone, on every machine: 500 to train, 500 for a validation set that is not used here,
## the rest to test.
function p = order_of (seed, n)
  [~, r] = __hybridsam__ ("random", seed, 7, n);
  [~, p] = sort (r);
endfunction

function text = light_tunnel ()
  names = {"red", "green", "blue", "pol_1", "pol_2", "l_31", "l_32"};
  all = hybrid_data ("examples/data/light_tunnel.csv", "outputs", {"ir_3"}, "inputs", names);
  U = all.u;
  law = U(:,1:3) .* cosd (U(:,4) - U(:,5)) .^ 2;
  reference = ([law, U(:,6:7), ones(rows (U), 1)] \ all.y)(1:3);
  model = hybrid_model ("inputs", names, "params", struct ("theta", [1; 1; 1]), "nets", struct ("f", hybrid_net ([7 32 32 1])), ...
                        "constants", struct ("middle", mean (U)', "spread", std (U)'), "output", @sensor_output);
  split = @(seed) struct ("train", order_of (seed, rows (U))(1:500), "test", order_of (seed, rows (U))(1001:end));
  part = @(k, scale) hybrid_data ([], all.y(k) / scale, "inputs", U(k,:));
  scale = @(seed) std (all.y(split (seed).train));
  train = @(seed, options) setfield (hybrid_train (model, part (split (seed).train, scale (seed)), "seed", seed, "iterations", iterations (3000), ...
                                                   "batch", 100, "learning_rate", 3e-3, "display", "off", options{:}), "seed", seed);
  test = @(fit) part (split (fit.seed).test, scale (fit.seed));
  measure = @(fit) [1 - fit.params.theta' * reference / norm(fit.params.theta) / norm(reference), sqrt(hybrid_gradient (model, test (fit), fit.values))];
  cases = {"ERM", {}; "SAM 0.2", {"method", "sam", "rho", 0.2}; "SAM 0.5", {"method", "sam", "rho", 0.5}; "SAM 0.7", {"method", "sam", "rho", 0.7}; ...
           "L2 3e-3", {"method", "l2", "lambda", 3e-3}; "L2 1e-2", {"method", "l2", "lambda", 1e-2}; "FN 0.1", {"method", "fn", "lambda", 0.1}};
  text = table ("Light tunnel, real: direction of theta, sensor ir_3; RMSE in standard deviations of the training measurements", {"1 - cosine", "test RMSE"}, cases, train, measure);
endfunction

function y = sensor_output (t, x, u, p, nn)
  y = sensor (u, p, nn);
endfunction

## ---- the real pendulum (examples/demo_pendulum.m)

function text = real_pendulum ()
  source = @(set) hybrid_segment (hybrid_data ("examples/data/pendulum_single.csv", "time", "time_s", "trajectory", {"set", "segment"}, ...
                                  "outputs", {"theta_rad", "dtheta_rad_s"}, "where", {"set", set}, "every", 2, "weights", [1 1/64]), 25);
  data = source ("id");
  validation = source ("val");
  model = hybrid_model ("states", {"theta", "omega"}, "params", struct ("w2", 40), "nets", struct ("f", hybrid_net ([2 32 32 1])), ...
                        "rhs", @(t, x, u, p, nn) [x.omega; p.w2 * sin(x.theta) + 8 * nn.f([x.theta - pi; x.omega / 8])]);
  solver = {"solver", "rk4", "step", 0.02};
  train = @(seed, options) hybrid_train (model, data, "seed", seed, "iterations", iterations (4000), "display", "off", ...
                                         "learning_rate", struct ("params", 0.1, "nets", 3e-3), solver{:}, options{:});
  measure = @(fit) [fit.params.w2, hybrid_gradient(model, validation, fit.values, solver{:})];
  cases = {"ERM", {}; "SAM 0.2", {"method", "sam", "rho", 0.2}; "L2 1e-4", {"method", "l2", "lambda", 1e-4}; "L2 1e-3", {"method", "l2", "lambda", 1e-3}};
  text = table ("Pendulum, real: published w2 = 64.219 1/s^2, started from 40", {"w2", "validation error"}, cases, train, measure);
endfunction

top = fileparts (fileparts (fileparts (mfilename ("fullpath"))));
cd (top);
addpath ("octave", "src");
text = [pendulum(), light_tunnel(), real_pendulum()];
if (! is_quick ())
  f = fopen ("doc/results.md", "w");
  fprintf (f, "# Results\n\nWritten by `make results`: 5 seeds, median [min max]. The settings are the project's own; seconds are a training run's, one thread.\n%s", text);
  fclose (f);
endif
