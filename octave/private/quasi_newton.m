## SPDX-License-Identifier: GPL-3.0-or-later

## [x, f, converged] = quasi_newton (value, x, metric, most, tolerance): minimise value, [f, g] = value (x), f Inf where there is none, from x with at most MOST steps. L-BFGS
## (Nocedal & Wright 2006, algorithm 7.5) of the last 10 steps on top of metric (g), an approximation of the inverse Hessian times g; backtracking to
## the condition of Armijo. Converged: the decrease that a whole step promises, -g's, is below TOLERANCE.

function [x, f, converged] = quasi_newton (value, x, metric, most, tolerance)
  S = Y = zeros (numel (x), 0);
  converged = false;
  [f, g] = value (x);
  for k = 1:most
    s = direction (g, S, Y, metric);
    slope = g' * s;
    if (! (slope < 0))
      S = Y = zeros (numel (x), 0);
      s = -metric (g);
      slope = g' * s;
    endif
    converged = -slope <= tolerance;
    if (converged || ! isfinite (slope))
      break;
    endif
    t = 1;
    [f_new, g_new] = value (x + t * s);
    while (! (f_new <= f + 1e-4 * t * slope) && t > 1e-10)
      t *= 0.3;
      [f_new, g_new] = value (x + t * s);
    endwhile
    if (! (f_new < f))
      break;
    endif
    y = g_new - g;
    if (s' * y > 1e-12 * norm (s) * norm (y))
      S = [S, t * s](:,max (1, end - 9):end);
      Y = [Y, y](:,max (1, end - 9):end);
    endif
    x += t * s;
    f = f_new;
    g = g_new;
  endfor
endfunction

function s = direction (g, S, Y, metric)
  m = columns (S);
  a = zeros (1, m);
  for j = m:-1:1
    a(j) = (S(:,j)' * g) / (S(:,j)' * Y(:,j));
    g -= a(j) * Y(:,j);
  endfor
  s = metric (g);
  for j = 1:m
    s += S(:,j) * (a(j) - (Y(:,j)' * s) / (S(:,j)' * Y(:,j)));
  endfor
  s = -s;
endfunction
