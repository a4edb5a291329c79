## SPDX-License-Identifier: GPL-3.0-or-later

## q = quasi_newton (x, metric, most, tolerance): a search for a minimum from x with at most MOST steps, which asks for what it needs: of a function's
## value (Inf where there is none) and gradient at q.at,
## q = quasi_newton (q, f, g): until q.done. Then q.x, q.f, q.converged. So searches that go on side by side can have their values together.
##
## L-BFGS (Nocedal & Wright 2006, algorithm 7.5) of the last 10 steps on top of metric (g), an approximation of the inverse Hessian times g; backtracking
## to the condition of Armijo. Converged: the decrease that a whole step promises, -g's, is below TOLERANCE.

function q = quasi_newton (varargin)
  if (nargin == 4)
    none = zeros (numel (varargin{1}), 0);
    q = struct ("x", varargin{1}, "f", NaN, "g", [], "metric", varargin{2}, "most", varargin{3}, "tolerance", varargin{4}, "S", none, "Y", none, ...
                "s", [], "slope", 0, "t", 0, "steps", 0, "at", varargin{1}, "done", false, "converged", false);
    return;
  endif
  [q, f, g] = varargin{:};
  if (q.steps > 0 && ! (f <= q.f + 1e-4 * q.t * q.slope) && q.t > 1e-10)
    q.t *= 0.3;
    q.at = q.x + q.t * q.s;
  elseif (q.steps > 0 && ! (f < q.f))
    q.done = true;
  else
    q = arrive (q, f, g);
    q = set_out (q);
  endif
endfunction

function q = arrive (q, f, g)
  if (q.steps > 0)
    y = g - q.g;
    if (q.s' * y > 1e-12 * norm (q.s) * norm (y))
      q.S = [q.S, q.t * q.s](:,max (1, end - 9):end);
      q.Y = [q.Y, y](:,max (1, end - 9):end);
    endif
  endif
  q.x = q.at;
  q.f = f;
  q.g = g;
endfunction

function q = set_out (q)
  if (q.steps == q.most)
    q.done = true;
    return;
  endif
  q.steps++;
  q.s = direction (q.g, q.S, q.Y, q.metric);
  q.slope = q.g' * q.s;
  if (! (q.slope < 0))
    q.S = q.Y = zeros (numel (q.x), 0);
    q.s = -q.metric (q.g);
    q.slope = q.g' * q.s;
  endif
  q.converged = -q.slope <= q.tolerance;
  q.done = q.converged || ! isfinite (q.slope);
  q.t = 1;
  q.at = q.x + q.s;
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
