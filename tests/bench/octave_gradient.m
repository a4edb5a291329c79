## SPDX-License-Identifier: GPL-3.0-or-later

## [loss, g] = octave_gradient (Y, v, h): the loss of the pendulum of bench_problem and its gradient as one writes them in Octave: classical
## Runge-Kutta with one step h a sample over all trajectories at once, and its adjoint by hand. Y is T x 2 x B, its first sample the initial state.
## g has the shape of v.

function [loss, g] = octave_gradient (Y, v, h)
  [T, ~, B] = size (Y);
  x = reshape (Y(1,:,:), 2, B);
  n = 2 * (T - 1) * B;
  residual = cell (T, 1);
  kept = cell (T, 4);
  loss = 0;
  for k = 2:T
    [k1, kept{k,1}] = rhs (x, v);
    [k2, kept{k,2}] = rhs (x + h/2 * k1, v);
    [k3, kept{k,3}] = rhs (x + h/2 * k2, v);
    [k4, kept{k,4}] = rhs (x + h * k3, v);
    x += h/6 * (k1 + 2*k2 + 2*k3 + k4);
    residual{k} = x - reshape (Y(k,:,:), 2, B);
    loss += sumsq (residual{k}(:)) / n;
  endfor
  g = zero (v);
  lambda = zeros (2, B);
  for k = T:-1:2
    lambda += 2 / n * residual{k};
    [d4, g] = adjoint (h/6 * lambda, kept{k,4}, v, g);
    [d3, g] = adjoint (h/3 * lambda + h * d4, kept{k,3}, v, g);
    [d2, g] = adjoint (h/3 * lambda + h/2 * d3, kept{k,2}, v, g);
    [d1, g] = adjoint (h/6 * lambda + h/2 * d2, kept{k,1}, v, g);
    lambda += d1 + d2 + d3 + d4;
  endfor
endfunction

## a: the input of every layer.
function [dx, kept] = rhs (x, v)
  dx = [x(2,:); -v.params.w2 * sin(x(1,:))];
  a = {x};
  if (isfield (v.nets, "f"))
    W = v.nets.f.W;
    b = v.nets.f.b;
    for l = 1:numel (W) - 1
      a{l+1} = tanh (W{l} * a{l} + b{l});
    endfor
    dx(2,:) += W{end} * a{end} + b{end};
  endif
  kept = a;
endfunction

function [dx, g] = adjoint (d, a, v, g)
  x = a{1};
  dx = [-v.params.w2 * cos(x(1,:)) .* d(2,:); d(1,:)];
  g.params.w2 -= sum (sin (x(1,:)) .* d(2,:));
  if (isfield (v.nets, "f"))
    e = d(2,:);
    for l = numel (v.nets.f.W):-1:1
      g.nets.f.W{l} += e * a{l}';
      g.nets.f.b{l} += sum (e, 2);
      e = v.nets.f.W{l}' * e;
      if (l > 1)
        e .*= 1 - a{l} .^ 2;
      endif
    endfor
    dx += e;
  endif
endfunction

function g = zero (v)
  g = struct ("params", struct ("w2", 0), "nets", struct ());
  if (isfield (v.nets, "f"))
    g.nets.f.W = cellfun (@(w) zeros (size (w)), v.nets.f.W, "UniformOutput", false);
    g.nets.f.b = cellfun (@(w) zeros (size (w)), v.nets.f.b, "UniformOutput", false);
  endif
endfunction
