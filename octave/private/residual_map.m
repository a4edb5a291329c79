## SPDX-License-Identifier: GPL-3.0-or-later

## map = residual_map (caller, model, data, v, solver, scale): loss_map, and the residuals r = sqrt(w) (yhat - y)/scale of every measured entry with their
## derivative J (N x n_v) at the values v.
##
##   map.r, map.n                 residuals, their number N
##   map.J                        J, where it is small enough to be kept; else []
##   map.forward (x)              J x of n_v x k numbers, by central differences of the solution where J is not kept
##   map.backward (z)             J' z of N x 1 numbers, by the adjoint where J is not kept

function map = residual_map (caller, model, data, v, solver, scale)
  [map, cm, d, o, measured, root] = loss_map (caller, model, data, v, solver, scale);
  map.n = nnz (measured);
  if (map.n * numel (map.vector) <= most_numbers () && min (map.n, numel (map.vector)) <= 2000)
    [map.r, Jt] = core ("jacobian", cm, d, map.vector, o);
    map.J = Jt';
    map.forward = @(x) map.J * x;
    map.backward = @(z) map.J' * z;
  else
    [~, y] = core ("simulate", cm, d, map.vector, o, []);
    map.r = root .* (y - d.y)(measured)(:);
    map.J = [];
    map.forward = @(x) differences (cm, d, o, map.vector, x, root, measured);
    map.backward = @(z) pulled_back (cm, d, o, map, y, z, root, measured);
  endif
endfunction

## of J: 160 MB.
function n = most_numbers ()
  n = 2e7;
endfunction

function y = solution (cm, d, o, x, measured)
  [~, y] = core ("simulate", cm, d, x, o, []);
  y = y(measured)(:);
endfunction

function Jx = differences (cm, d, o, v, x, root, measured)
  Jx = zeros (numel (root), columns (x));
  for k = 1:columns (x)
    h = 1e-3 * (1 + norm (v)) / max (norm (x(:,k)), realmin);
    near = @(c) solution (cm, d, o, v + c * h * x(:,k), measured);
    Jx(:,k) = root .* (8 * (near (0.5) - near (-0.5)) - (near (1) - near (-1))) / (6 * h);
  endfor
endfunction

## The gradient of the mean square of residuals that are z: data that lie z away from the solution.
function g = pulled_back (cm, d, o, map, y, z, root, measured)
  d.y(measured) = y(measured)(:) - z ./ root;
  [~, g] = core ("gradient", cm, d, map.vector, o);
  g *= map.weight / 2;
endfunction
