## SPDX-License-Identifier: GPL-3.0-or-later

## Our side of peers.py. Writes every problem to build/bench/peers/CASE_{t,x0,y,v,g}.csv: times, initial states (B x n_x), measurements (T x n_x B,
## the states of each trajectory together), values, and the reference gradient (dopri5 at rtol 1e-12). Then answers lines "CASE SOLVER" on
## standard input with one gradient: "processor_ms core_ms error", of the call from Octave and of the core's clock inside it.

1;

addpath ("octave", "src", "tests/bench");

function answer (q, solver)
  start = cputime ();
  [~, g, info] = hybrid_gradient (q.model, q.data, q.v, "solver", solver, "threads", 1, "rtol", 1e-6, "atol", 1e-8);
  ms = 1e3 * (cputime () - start);
  printf ("%.6f %.6f %.6e\n", ms, 1e3 * info.seconds, norm (bench_flat (g) - q.g) / norm (q.g));
  fflush (stdout);
endfunction

cases = struct ();
cases.P25 = bench_problem ("pendulum", 25, 40);
cases.P100 = bench_problem ("pendulum", 100, 100);
cases.spiral = bench_problem ("spiral");
cases.R = bench_problem ("fields", 32, 8, 15);
for name = fieldnames (cases)'
  q = cases.(name{1});
  [~, g] = hybrid_gradient (q.model, q.data, q.v, "solver", "dopri5", "rtol", 1e-12, "atol", 1e-14, "threads", 1);
  q.g = bench_flat (g);
  cases.(name{1}) = q;
  B = numel (q.data.count);
  T = q.data.count(1);
  n = columns (q.data.y);
  y = reshape (permute (reshape (q.data.y, T, B, n), [1 3 2]), T, n * B);
  x0 = reshape (y(1,:), n, B)';
  write = @(what, a) dlmwrite (sprintf ("build/bench/peers/%s_%s.csv", name{1}, what), a, "precision", "%.17g");
  write ("t", reshape (q.data.t, T, B)(:,1));
  write ("x0", x0);
  write ("y", y);
  write ("v", bench_flat (q.v));
  write ("g", q.g);
endfor
puts ("ready\n");
fflush (stdout);
while (ischar (line = fgetl (stdin)) && ! isempty (strtrim (line)))
  words = strsplit (strtrim (line));
  answer (cases.(words{1}), words{2});
endwhile
