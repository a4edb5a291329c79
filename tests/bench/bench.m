## SPDX-License-Identifier: GPL-3.0-or-later

## make bench: how fast it is, beside what arithmetic alone would take and beside what else Octave offers. Prints one table and one of scaling,
## writes build/bench/bench.csv and scaling.csv, and build/bench/bench.md for doc/benchmarks.md. HYBRIDSAM_QUICK=1 (make bench QUICK=1): two rounds
## of everything and small sizes, to see that it runs.
##
## Ratio is minimum / (limit or baseline). One thread unless said. All contestants of a case alternate (interleave.m), so the ratios of a noisy machine
## are better than its times. Steps inside hybrid_train are timed by the core's clock, all else of one thread by processor time.
##
## The limit is the arithmetic of the networks alone, by rates measured in the rounds of the same case:
##
##   limit = 2 M (F + 2 R) / (rate of a 512 x 512 product by OpenBLAS) + H F / (rate of the core's vector tanh)
##
##   M   multiply-adds of one evaluation, the sum of n_in n_out over the layers, for a convolution times its taps and the field's pixels; forward needs
##       them once, the reverse pass twice (the adjoint of a layer's input, that of its weights)
##   H   hidden units of all layers, one tanh each; for a convolution times the pixels
##   F R evaluations forward and reverse. rk4: both 4 x steps x trajectories. dopri5: info.rhs and info.backward_rhs of the run (a count of
##       calls for a block of lanes) x trajectories / blocks. Padding lanes do not count as work.
##
## The rate of tanh is that of the core's kernel (core_tanh.c) on 64 x 28 numbers.
##
## "Error" is that of the gradient, |g - g*|/|g*|, against dopri5 at rtol 1e-12. "At the same error": the loosest rtol of dopri5, in steps of half a
## decade, whose error is at most that of CVODES at rtol 1e-6. atol is rtol/100 throughout.

1;

## ---- rows and tables

## Ratio and target are of the minimum of SAMPLES. LIMIT may be NaN (nothing to compare with), TARGET "" or like "<= 1.5".
function r = row (name, quantity, samples, limit = NaN, target = "")
  low = min (samples);
  r = struct ("name", name, "quantity", quantity, "median", median (samples), "minimum", low, "limit", limit, "ratio", low / limit, "target", target);
  printf ("%s\n", line_of (r, "%-38s %-84s %10s %10s %10s %8s  %s"));
  fflush (stdout);
endfunction

function text = line_of (r, format)
  number = @(x) ifelse_text (isnan (x), "", sprintf ("%.4g", x));
  text = sprintf (format, r.name, r.quantity, number (r.median), number (r.minimum), number (r.limit), number (r.ratio), verdict (r));
endfunction

function text = ifelse_text (condition, yes, no)
  text = {no, yes}{1 + condition};
endfunction

function text = verdict (r)
  text = r.target;
  if (! isempty (text))
    met = ifelse_text (text(1) == "<", r.ratio <= sscanf (text, "<= %f"), r.ratio >= sscanf (text, ">= %f"));
    text = [text, ifelse_text(met, ", met", ", missed")];
  endif
endfunction

function write_tables (rows, scaling, head)
  f = fopen ("build/bench/bench.csv", "w");
  fprintf (f, "case,quantity,median,minimum,limit or baseline,ratio,target\n");
  for r = rows
    fprintf (f, "\"%s\",\"%s\",%.6g,%.6g,%.6g,%.6g,\"%s\"\n", r.name, r.quantity, r.median, r.minimum, r.limit, r.ratio, r.target);
  endfor
  fclose (f);
  f = fopen ("build/bench/scaling.csv", "w");
  fprintf (f, "axis,size,median ms,minimum ms,planned bytes,grown bytes\n");
  for s = scaling
    fprintf (f, "%s,%d,%.6g,%.6g,%.0f,%.0f\n", s.axis, s.size, s.median, s.minimum, s.planned, s.grown);
  endfor
  fclose (f);
  f = fopen ("build/bench/bench.md", "w");
  fprintf (f, "%s\n| case | quantity | median | minimum | limit or baseline | ratio | target |\n|---|---|---|---|---|---|---|\n", head);
  for r = rows
    fprintf (f, "%s\n", line_of (r, "| %s | %s | %s | %s | %s | %s | %s |"));
  endfor
  fprintf (f, "\n%s", scaling_table (scaling));
  fclose (f);
endfunction

## Where the numbers come from.
function text = machine ()
  cpu = "an unknown processor";
  if (exist ("/proc/cpuinfo", "file"))
    cpu = strtrim (regexp (fileread ("/proc/cpuinfo"), 'model name\s*:([^\n]*)', "tokens", "once"){1});
  endif
  blas = version ("-blas");
  if (isempty (strfind (blas, "OpenBLAS")))
    blas = [blas, ", which is not OpenBLAS: what is called limit is none"];
  endif
  text = sprintf ("%s, %d processors; Octave %s; %s; load %s when begun", cpu, nproc ("all"), version (), blas, load_average ());
endfunction

function text = load_average ()
  text = "unknown";
  if (exist ("/proc/loadavg", "file"))
    text = strsplit (fileread ("/proc/loadavg")){1};
  endif
endfunction

function quick = is_quick ()
  quick = ! isempty (getenv ("HYBRIDSAM_QUICK"));
endfunction

## ---- rates and the limit

## Contestants that measure the rates, to be put into the rounds of a case; rates_of reads their samples.
function c = rate_contestants ()
  persistent kept;
  if (isempty (kept))
    A = rand (512);
    x = linspace (-3, 3, 64 * 28);
    several = @(f) @() arrayfun (@(k) processor_ms (f), 1:5);
    kept = {several(@() A * A), several(@() core_tanh (x, 1000))};
  endif
  c = kept;
endfunction

function rate = rates_of (samples)
  low = cellfun (@min, samples);
  rate = struct ("dgemm", 2 * 512 ^ 3 / (1e-3 * low(1)), "tanh", 64 * 28 * 1000 / (1e-3 * low(2)));
endfunction

function ms = limit (q, forward, backward, rate)
  multiply_adds = q.pixels * q.taps * sum (q.layers(1:end-1) .* q.layers(2:end));
  ms = 1e3 * (2 * multiply_adds * (forward + 2 * backward) / rate.dgemm + q.pixels * sum (q.layers(2:end-1)) * forward / rate.tanh);
endfunction

function r = rates ()
  A = rand (64);
  B = rand (64, 28);
  small = @() 1e-2 * processor_ms (@() repeat (100, A, B));
  s = interleave (3, {rate_contestants(){:}, small});
  each = {s{1}, "product 512 x 512 by OpenBLAS, ns a multiply-add", 512 ^ 3; s{3}, "product 64 x 64 x 28 by OpenBLAS from Octave, ns a multiply-add; that of 512 x 512", 64 * 64 * 28; ...
          s{2}, "tanh of the core, ns each; a multiply-add of 512 x 512", 64 * 28 * 1000};
  r = [];
  for e = each'
    r = [r, row("rates", e{2}, 1e6 * e{1} / e{3}, first_of (r))];
  endfor
endfunction

function ns = first_of (r)
  ns = NaN;
  if (! isempty (r))
    ns = r(1).minimum;
  endif
endfunction

function repeat (n, A, B)
  for k = 1:n
    A * B;
  endfor
endfunction

## ---- P: gradients

function r = p_rk4 (B, T, n, target)
  q = bench_problem ("pendulum", B, T);
  name = sprintf ("P B=%d T=%d, rk4", B, T);
  solver = {"solver", "rk4", "threads", 1};
  Y = permute (reshape (q.data.y, T + 1, B, 2), [1 3 2]);
  agree (q, Y, solver);
  erm = @() step_ms (q, n, solver{:});
  sam = @() step_ms (q, n, solver{:}, "method", "sam");
  call = @() processor_ms (@() hybrid_gradient (q.model, q.data, q.v, solver{:}));
  s = interleave (20, {erm, sam, call, @() processor_ms(@() octave_gradient (Y, q.v, 0.5)), rate_contestants(){:}});
  ours = min (s{1});
  evaluations = 4 * T * B;
  r = [row(name, "step of training, ms; its limit", s{1}, limit (q, evaluations, evaluations, rates_of (s(5:end))), target), ...
          row(name, "hybrid_gradient called from Octave, ms; that step", s{3}, ours), ...
          row(name, "the same gradient in vectorised Octave, ms; that step", s{4}, ours), ...
          row(name, "SAM step, ms; ERM step", s{2}, ours, "<= 2.05")];
endfunction

function agree (q, Y, solver)
  [loss, g] = octave_gradient (Y, q.v, 0.5);
  [ours, g_ours] = hybrid_gradient (q.model, q.data, q.v, solver{:});
  difference = norm (bench_flat (g) - bench_flat (g_ours)) / norm (bench_flat (g_ours));
  if (! (difference < 1e-10 && abs (loss - ours) < 1e-10 * ours))
    error ("bench: vectorised Octave and the core differ: gradients by %g, losses %.15g and %.15g", difference, loss, ours);
  endif
endfunction

function r = p_threads (n)
  q = bench_problem ("pendulum", 1000, 20);
  with = @(k) @() step_ms (q, n, "solver", "rk4", "threads", k);
  s = interleave (10, {with(1), with(2)});
  r = row ("P B=1000 T=20, rk4", "step with one thread, ms; with two", s{1}, min (s{2}), ">= 1.8");
endfunction

function r = fields (B, T)
  q = bench_problem ("fields", 32, B, T);
  with = @(k) @() step_ms (q, 2, "solver", "rk4", "threads", k);
  s = interleave (30, {with(1), with(2), rate_contestants(){:}});
  name = sprintf ("R 32 x 32, B=%d T=%d, rk4", B, T);
  r = [row(name, "step of training with one thread, ms; its limit", s{1}, limit (q, 4 * T * B, 4 * T * B, rates_of (s(3:end))), "<= 2"), ...
          row(name, "step with one thread, ms; with two", s{1}, min (s{2}), ">= 1.8")];
endfunction

function list = tolerance (rtol)
  list = {"threads", 1, "rtol", rtol, "atol", rtol / 100};
endfunction

function e = gradient_error (q, reference, varargin)
  [~, g] = hybrid_gradient (q.model, q.data, q.v, varargin{:});
  e = norm (bench_flat (g) - reference) / norm (reference);
endfunction

function r = p_adaptive (n)
  q = bench_problem ("pendulum", 25, 40);
  name = "P B=25 T=40";
  [~, g] = hybrid_gradient (q.model, q.data, q.v, "solver", "dopri5", tolerance (1e-12){:});
  reference = bench_flat (g);
  error_of = @(solver, rtol) gradient_error (q, reference, "solver", solver, tolerance (rtol){:});
  target = error_of ("cvode", 1e-6);
  equal = equal_rtol (@(rtol) error_of ("dopri5", rtol), target);
  [~, ~, info] = hybrid_gradient (q.model, q.data, q.v, "solver", "dopri5", tolerance (1e-6){:});
  step = @(solver, rtol) @() step_ms (q, n, "solver", solver, tolerance (rtol){:});
  s = interleave (25, {step("dopri5", 1e-6), step("dopri5", equal), step("cvode", 1e-6), step("auto", 1e-6), rate_contestants(){:}});
  floor_ms = limit (q, 25 * info.rhs, 25 * info.backward_rhs, rates_of (s(5:end)));
  r = [row([name ", dopri5"], sprintf ("step at rtol 1e-6 (error %.1e), ms; the limit of its right-hand sides", error_of ("dopri5", 1e-6)), s{1}, floor_ms, "<= 1.5"), ...
          row([name ", cvode"], sprintf ("step at rtol 1e-6 (error %.1e), ms; dopri5 at rtol %.0e (error %.1e)", target, equal, error_of ("dopri5", equal)), s{3}, min (s{2}), "<= 2"), ...
          row([name ", cvode"], "step at rtol 1e-6, ms; dopri5 at rtol 1e-6", s{3}, min (s{1})), ...
          row([name ", auto"], "step at rtol 1e-6, ms; dopri5 at rtol 1e-6", s{4}, min (s{1}))];
endfunction

function rtol = equal_rtol (error_of, target)
  for rtol = 10 .^ (-3:-0.5:-10)
    if (error_of (rtol) <= target)
      return;
    endif
  endfor
  error ("bench: dopri5 does not reach the error %g", target);
endfunction

function r = physics_alone ()
  q = bench_problem ("pendulum", 100, 100, []);
  Y = permute (reshape (q.data.y, 101, 100, 2), [1 3 2]);
  solver = {"solver", "rk4", "threads", 1};
  agree (q, Y, solver);
  s = interleave (4, {@() step_ms(q, 60, solver{:}), @() processor_ms(@() octave_gradient (Y, q.v, 0.5))});
  name = "pendulum without network, B=100 T=100";
  r = [row(name, "step of training with rk4, ms", s{1}), row(name, "the same gradient in vectorised Octave, ms; that step", s{2}, min (s{1}))];
endfunction

## ---- training

## The whole call beside the sum of the steps inside it, which is what the target is about: both are of the same run, so neither other work on the
## machine nor cold memory can make the ratio smaller. Gradients called one by one take their memory anew every time and so are no baseline for a
## target: a run may well be shorter than as many of them.
function r = train_overhead (n)
  q = bench_problem ("pendulum", 25, 40);
  solver = {"solver", "rk4", "threads", 1};
  gradients = @() arrayfun (@(k) core_ms (q, solver), 1:5);
  s = interleave (12, {@() whole_and_steps(q, n, solver), gradients});
  both = reshape (s{1}, 2, [])';
  name = "P B=25 T=40, rk4";
  r = [row(name, sprintf ("a call of hybrid_train of %d steps over the sum of its steps; 1", n), both(:,1) ./ both(:,2), 1, "<= 1.05"), ...
       row(name, "that call, ms; as many single gradients (median of the core's clock)", both(:,1), n * median (s{2}))];
endfunction

## [milliseconds of a call of hybrid_train; the sum of its steps]. Between the last step of a slice and the first of the next Octave is at work, so
## the first of every slice is taken to be as long as the median of the others.
function ms = whole_and_steps (q, n, options)
  global slice_ends = [];
  slice_ends = [];
  start = tic ();
  fit = hybrid_train (q.model, q.data, "start", q.v, "iterations", n, "learning_rate", 1e-14, "display", "off", "callback", @note_slice, options{:});
  whole = toc (start);
  step = diff (fit.history.seconds);
  step(slice_ends(slice_ends < n)) = [];
  ms = 1e3 * [whole; sum(step) + (n - numel (step)) * median(step)];
endfunction

function stop = note_slice (k, info)
  global slice_ends;
  slice_ends(end+1) = k;
  stop = false;
endfunction

function ms = core_ms (q, options)
  [~, ~, info] = hybrid_gradient (q.model, q.data, q.v, options{:});
  ms = 1e3 * info.seconds;
endfunction

function r = spiral (n)
  q = bench_problem ("spiral");
  train = @(solver) @() processor_ms (@() hybrid_train (q.model, q.data, "iterations", n, "solver", solver, "threads", 1, "display", "off"));
  s = interleave (6, {train("dopri5"), train("auto"), train("cvode")});
  name = sprintf ("spiral, %d Adam steps", n);
  r = [row(name, "hybrid_train with dopri5 at rtol 1e-6, ms; the target", s{1}, n, "<= 1"), row(name, "with auto, ms; dopri5", s{2}, min (s{1})), ...
          row(name, "with cvode, ms; dopri5", s{3}, min (s{1}))];
endfunction

## ---- forward solutions

function r = pendulum_forward (layers, title, target)
  q = bench_problem ("pendulum", 1, 40, layers);
  q.data = hybrid_data (linspace (0, 20, 41)', [], "initial", [2; 0]);
  exact = hybrid_simulate (q.model, q.data, q.v, "solver", "dopri5", tolerance (1e-12)(3:end){:}).x;
  f = @(t, x) plain_pendulum (x, q.v);
  ours = @(solver) @() hybrid_simulate (q.model, q.data, q.v, "solver", solver, "rtol", 1e-6, "atol", 1e-8).x;
  methods = {"dopri5", ours("dopri5"); "cvode", ours("cvode"); "lsode", @() by_lsode(f, q.data); "ode45", @() by_ode(@ode45, f, q.data); ...
             "ode15s", @() by_ode(@ode15s, f, q.data)};
  r = against (title, methods, exact, target);
endfunction

## methods: {name, function that returns the states}; the first is what the others are compared with. One that does not run is said not to.
function r = against (title, methods, exact, target)
  far = NaN (1, rows (methods));
  for k = 1:rows (methods)
    try
      far(k) = max (abs (methods{k,2}() - exact)(:));
    catch e
      why{k} = one_line (e.message);
    end_try_catch
  endfor
  runs = find (! isnan (far));
  s = cell (1, rows (methods));
  turn = @(f) @() arrayfun (@(k) processor_ms (f), 1:4);  # a call among many, not the first after others have had the caches
  s(runs) = interleave (10, cellfun (turn, methods(runs,2), "UniformOutput", false));
  r = row (title, sprintf ("hybrid_simulate, %s (error %.1e), ms", methods{1,1}, far(1)), s{1});
  for k = 2:rows (methods)
    if (isnan (far(k)))
      r(end+1) = row (title, sprintf ("%s did not run: %s", methods{k,1}, why{k}), NaN);
    else
      r(end+1) = row (title, sprintf ("%s (error %.1e), ms; %s", methods{k,1}, far(k), methods{1,1}), s{k}, min (s{1}), ...
                      ifelse_text (strcmp (methods{k,1}, "ode45"), target, ""));
    endif
  endfor
endfunction

function text = one_line (text)
  text = regexprep (text, '[,"|\n].*', "");
endfunction

function dx = plain_pendulum (x, v)
  dx = [x(2); -v.params.w2 * sin(x(1))];
  if (isfield (v.nets, "f"))
    a = x;
    for l = 1:numel (v.nets.f.W) - 1
      a = tanh (v.nets.f.W{l} * a + v.nets.f.b{l});
    endfor
    dx(2) += v.nets.f.W{end} * a + v.nets.f.b{end};
  endif
endfunction

function x = by_lsode (f, data)
  lsode_options ("relative tolerance", 1e-6);
  lsode_options ("absolute tolerance", 1e-8);
  x = lsode (@(x, t) f (t, x), data.x0, data.t);
endfunction

## T: the times, or first and last alone, with which ode15s takes any number of steps.
function x = by_ode (solver, f, data, t = data.t)
  [~, x] = solver (f, t, data.x0, odeset ("RelTol", 1e-6, "AbsTol", 1e-8, "InitialSlope", f (t(1), data.x0)));
endfunction

function r = stiff (B)
  q = bench_problem ("vanderpol", B);
  one = bench_problem ("vanderpol", 1);
  f = @(t, x) plain_vanderpol (x, one.v);
  ours = @(varargin) @() processor_ms (@() hybrid_simulate (q.model, q.data, q.v, "rtol", 1e-6, "atol", 1e-8, varargin{:})) / B;
  s = interleave (10, {ours("cvode_method", "bdf"), ours("solver", "auto"), @() processor_ms(@() by_lsode (f, one.data)), ...
                       @() processor_ms(@() try_ode15s (f, one.data))});
  name = sprintf ("van der Pol with network, B=%d", B);
  r = [row(name, "BDF forward, ms a trajectory; the target", s{1}, 2, "<= 1"), row(name, "auto forward, ms a trajectory; BDF", s{2}, min (s{1})), ...
          row(name, "lsode, ms a trajectory; BDF", s{3}, min (s{1}))];
  why = try_ode15s (f, one.data);
  if (isempty (why))
    r(end+1) = row (name, "ode15s without saved times, ms a trajectory; BDF", s{4}, min (s{1}));
  else
    r(end+1) = row (name, ["ode15s did not run: " why], NaN);
  endif
endfunction

function why = try_ode15s (f, data)
  why = "";
  try
    by_ode (@ode15s, f, data, data.t([1, end]));
  catch e
    why = one_line (e.message);
  end_try_catch
endfunction

function dx = plain_vanderpol (x, v)
  net = v.nets.f;
  dx = [x(2); v.params.mu*(1 - x(1)^2)*x(2) - x(1) + net.W{2} * tanh(net.W{1} * x + net.b{1}) + net.b{2}];
endfunction

## ---- scaling

## One gradient for every size: the core's clock, the memory that hybrid_options plans, and by how much a process grew where it is large.
## make (n): the arguments of bench_problem.
function s = scaling (axis, sizes, make)
  s = struct ("axis", {}, "size", {}, "median", {}, "minimum", {}, "planned", {}, "grown", {});
  options = {"solver", "rk4", "threads", 1};
  for n = sizes
    q = bench_problem (make (n){:});
    planned = hybrid_options (q.model, q.data, options{:}).bytes;
    grown = NaN;
    if (planned > 5e6)
      grown = growth (make (n));
    endif
    ms = interleave (1, {@() core_ms(q, options)}){1};
    s(end+1) = struct ("axis", axis, "size", n, "median", median (ms), "minimum", min (ms), "planned", planned, "grown", grown);
    printf ("%-10s %8d %12.4g ms %12.4g MB planned %12.4g MB grown\n", axis, n, min (ms), planned / 1e6, grown / 1e6);
    fflush (stdout);
  endfor
endfunction

function bytes = growth (problem)
  setenv ("HYBRIDSAM_PROBLEM", sprintf ("\"%s\"%s", problem{1}, sprintf (", %s", cellfun (@mat2str, problem(2:end), "UniformOutput", false){:})));
  [~, text] = system ("octave-cli --norc -q --no-history tests/bench/growth.m 2>/dev/null");
  bytes = str2double (text);
endfunction

## Exponents by least squares over the upper two decades: time ~ size^a, memory ~ size^b.
function r = exponents (s)
  r = [];
  for axis = unique ({s.axis}, "stable")
    part = s(strcmp ({s.axis}, axis{1}));
    part = part([part.size] >= max ([part.size]) / 100);
    slope = @(y) polyfit (log ([part.size]), log (y), 1)(1);
    from = sprintf ("%s from %d to %d", axis{1}, part(1).size, part(end).size);
    r = [r, row(["scaling with " from], "exponent of the time of a gradient; a straight line", slope ([part.minimum]), 1), ...
            row(["scaling with " from], "exponent of the memory planned; a straight line", slope ([part.planned]), 1)];
  endfor
endfunction

function text = scaling_table (s)
  text = "| axis | size | gradient, ms | planned, MB | grown, MB |\n|---|---|---|---|---|\n";
  for r = s
    grown = ifelse_text (isnan (r.grown), "", sprintf ("%.4g", r.grown / 1e6));
    text = [text, sprintf("| %s | %d | %.4g | %.4g | %s |\n", r.axis, r.size, r.minimum, r.planned / 1e6, grown)];
  endfor
endfunction

function s = all_scaling ()
  decades = @(low, high) unique (round (logspace (low, high - 2 * is_quick (), {2 * (high - low) + 1, 3}{1 + is_quick()})));
  width = @(weights) round (sqrt (4 + weights) - 2);  # of both hidden layers: h^2 + 5 h + 1 numbers, about
  s = [scaling("B", decades (0, 4), @(n) {"pendulum", n, 40}), scaling("T", decades (1, 4), @(n) {"pendulum", 25, n}), ...
       scaling("weights", decades (2, 6), @(n) {"pendulum", 25, 10, [2 width(n) width(n) 1]}), ...
       scaling("states", [2, decades(1, 4)], @(n) {"chain", n, 4, 20})];
endfunction

## ---- all

top = fileparts (fileparts (fileparts (mfilename ("fullpath"))));
cd (top);
addpath ("octave", "src", "tests/bench", "build/bench");
head = machine ();
printf ("%s\n\n%-38s %-84s %10s %10s %10s %8s  %s\n", head, "case", "quantity", "median", "minimum", "baseline", "ratio", "target");
q = is_quick ();
n = [100, 3](1 + q);
## Before large problems have scattered the heap, which costs calls of less than a millisecond a sixth.
small = [pendulum_forward([], "pendulum forward, 41 times to 20", ">= 30"), pendulum_forward([2 64 64 1], "P forward, 41 times to 20", "")];
all_rows = [rates(), p_rk4(25, 40, n, "<= 1.5"), p_rk4(100, 100, max (3, n / 10), "<= 1.3"), p_threads(max (1, n / 10)), fields([20, 2](1 + q), 15), p_adaptive(max (1, n / 10)), physics_alone(), ...
            train_overhead([500, 20](1 + q)), spiral([500, 20](1 + q)), small, stiff([100, 4](1 + q))];
s = all_scaling ();
all_rows = [all_rows, exponents(s)];
write_tables (all_rows, s, sprintf ("%s, %s when done.\n", head, load_average ()));
