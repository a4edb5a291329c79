## SPDX-License-Identifier: GPL-3.0-or-later

## s = information (map, sigma, spread): what the data tell of theta, for r = J dv + noise of standard deviation sigma, with the networks free to move.
##
## A weight may move by `spread` (its prior standard deviation; Inf: by anything): the networks then add to the noise,
##   C = sigma^2 + spread^2 A A',  A = J_nets,
## and with X = [J_theta, J_local] the information is M = X' C^-1 X + the precision of the priors, of theta alone the Schur complement
## I = M_tt - M_tl M_ll^+ M_lt. By the Woodbury identity this is the Schur complement of the Gauss-Newton matrix over (theta, phi) with the prior of phi. The
## local values (initial states, parameters of single trajectories) are always free.
##
## What is [] is estimated: sigma^2 = r'r/(N - dof), spread^2 = phi'phi/gamma with gamma = trace (spread^2 A A' C^-1), the number of weights that the data
## determine (MacKay 1992, Neural Computation 4, 448, eqs. 2.19-2.21); dof = gamma + the number of other values without prior.
##
##   s.free, s.fixed (n_t x n_t)  information of theta with the networks free, and held fixed
##   s.sigma, s.spread, s.dof, s.gamma
##   s.step (n_t)                 the step of Gauss and Newton in theta: how far the fit is from the least squares that it is judged by
##   s.newton (at)                a function of g (n_v numbers): about M^-1 g, M = J'J/sigma^2 + all precisions, the step of Gauss and Newton over all
##                                values but number `at`, which is held

function s = information (map, sigma, spread)
  fitted = [map.theta, map.local];
  X = map.forward (unit_columns (numel (map.vector), fitted));
  s = struct ("free", [], "fixed", [], "sigma", sigma, "spread", spread, "dof", 0, "gamma", 0, "step", [], "newton", []);
  apply = inverse_covariance (map);
  plain = sum (map.precision(fitted) == 0);
  s = estimated (s, map, apply, plain, isempty (sigma), isempty (spread));
  priors = diag (map.precision(fitted));
  weighted = apply.inverse (s.sigma, s.spread, X);
  M = X' * weighted + priors;
  s.free = schur_complement (M, numel (map.theta));
  slope = weighted' * map.r + priors * (map.vector - map.center)(fitted)(:);
  s.step = -(pinv ((M + M') / 2) * slope)(1:numel (map.theta));
  s.fixed = schur_complement (X' * X / s.sigma ^ 2 + priors, numel (map.theta));
  s.newton = @(at) newton_step (map, apply, s, X, fitted, priors, at);
endfunction

## Weights first (Woodbury), the other values by their Schur complement. Where J is not kept only the diagonal of the precisions.
function step = newton_step (map, apply, s, X, fitted, priors, at)
  nets = [map.net{:}];
  kept = fitted != at;
  fitted = fitted(kept);
  X = X(:,kept);
  inner = X' * X / s.sigma ^ 2 + priors(kept,kept);
  tau = min (s.spread, 1e3 * (1 + max (abs (map.vector))));
  if (isempty (map.J))
    scale = zeros (numel (map.vector), 1);
    scale(nets) = tau ^ 2;
    scale(fitted) = 1 ./ max (diag (inner), realmin);
    step = @(g) scale .* g;
    return;
  endif
  cross = map.J(:,nets)' * X / s.sigma ^ 2;
  over_nets = @(y) y;
  if (! isempty (nets))
    over_nets = @(y) apply.step (s.sigma, tau, y);
  endif
  inner = pinv (inner - cross' * over_nets (cross));
  step = @(g) both_steps (g, nets, fitted, cross, over_nets, inner);
endfunction

function x = both_steps (g, nets, fitted, cross, over_nets, inner)
  x = zeros (size (g));
  x(fitted) = inner * (g(fitted)(:) - cross' * over_nets (g(nets)(:)));
  x(nets) = over_nets (g(nets)(:) - cross * x(fitted)(:));
endfunction

## Each of the estimates depends on the others: in turns.
function s = estimated (s, map, apply, plain, no_sigma, no_spread)
  w = map.vector([map.net{:}]);
  if (no_sigma)
    s.sigma = sqrt (sumsq (map.r) / max (map.n - min (plain, map.n - 1), 1));
  endif
  if (no_spread)
    s.spread = sqrt (mean ([w; 0] .^ 2));
  endif
  if (no_spread && s.spread == 0)
    s.spread = 1;
    no_spread = false;
  endif
  for k = 1:apply.rounds
    before = s;
    s.gamma = apply.gamma (s.sigma, s.spread);
    s.dof = plain + s.gamma;
    if (no_sigma)
      s.sigma = sqrt (sumsq (map.r) / max (map.n - s.dof, 1));
    endif
    if (no_spread)
      s.spread = sqrt (sumsq (w) / max (s.gamma, 1));
    endif
    if (abs (s.sigma - before.sigma) <= 1e-6 * s.sigma && (s.spread == before.spread || abs (s.spread - before.spread) <= 1e-6 * s.spread))
      break;
    endif
  endfor
endfunction

function E = unit_columns (n, at)
  E = zeros (n, numel (at));
  E(sub2ind (size (E), at, 1:numel (at))) = 1;
endfunction

function S = schur_complement (M, n)
  t = 1:n;
  l = n+1:columns (M);
  S = M(t,t);
  if (! isempty (l))
    S -= M(t,l) * (pinv ((M(l,l) + M(l,l)') / 2) * M(l,t));
  endif
  S = (S + S') / 2;
endfunction

## inverse (sigma, spread, X) = C^-1 X and gamma (sigma, spread); step (sigma, spread, y) = (A'A/sigma^2 + 1/spread^2)^-1 y where J is kept.
function apply = inverse_covariance (map)
  nets = [map.net{:}];
  if (isempty (nets))
    apply = struct ("inverse", @(sigma, spread, X) X / sigma ^ 2, "gamma", @(sigma, spread) 0, "rounds", 2);
  elseif (isempty (map.J))
    apply = by_conjugate_gradients (map, nets);
  else
    apply = by_eigenvalues (map.J(:,nets));
  endif
endfunction

function apply = by_eigenvalues (A)
  [U, s] = range_of (A);
  share = @(sigma, spread) s ./ ((sigma / spread) ^ 2 + s);
  apply.inverse = @(sigma, spread, X) (X - U * (share (sigma, spread) .* (U' * X))) / sigma ^ 2;
  apply.gamma = @(sigma, spread) sum (share (sigma, spread));
  apply.step = @(sigma, spread, y) spread ^ 2 * (y - A' * (U * ((U' * (A * y)) ./ ((sigma / spread) ^ 2 + s))));
  apply.rounds = 500;
endfunction

## Orthonormal columns U and s > 0 with A A' = U diag(s) U'.
function [U, s] = range_of (A)
  by_rows = rows (A) <= columns (A);
  if (by_rows)
    G = A * A';
  else
    G = A' * A;
  endif
  [U, S] = eig ((G + G') / 2);
  s = diag (S);
  kept = s > max ([s; 0]) * rows (G) * eps;
  U = U(:,kept);
  s = s(kept);
  if (! by_rows)
    U = (A * U) ./ sqrt (s)';
  endif
endfunction

## Where J is too large. With many data gamma is taken for the number of weights, its upper limit; else by Hutchinson's estimate of the trace.
function apply = by_conjugate_gradients (map, nets)
  cover = @(z) map.backward (z)(nets);
  move = @(x) map.forward (scatter (numel (map.vector), nets, x));
  apply.inverse = @(sigma, spread, X) solve_columns (@(z) sigma ^ 2 * z + spread ^ 2 * move (cover (z)), X);
  if (map.n > 10 * numel (nets))
    apply.gamma = @(sigma, spread) numel (nets);
  else
    probes = 2 * (reshape (counter_random (1, 1, 4 * map.n), map.n, 4) > 0.5) - 1;
    apply.gamma = @(sigma, spread) map.n - sigma ^ 2 * sum ((probes .* apply.inverse (sigma, spread, probes))(:)) / 4;
  endif
  apply.rounds = 3;
endfunction

function x = scatter (n, at, values)
  x = zeros (n, 1);
  x(at) = values;
endfunction

function Y = solve_columns (product, X)
  Y = zeros (size (X));
  for k = 1:columns (X)
    if (any (X(:,k)))
      [Y(:,k), flag] = pcg (product, X(:,k), 1e-6, 200);
      if (flag > 1)
        warning ("hybridsam:report:cg", "hybrid_report: conjugate gradients did not reach 1e-6 in 200 steps; the standard errors are too large by at most what is missing");
      endif
    endif
  endfor
endfunction
