## SPDX-License-Identifier: GPL-3.0-or-later

## y = hessian_product (map, at, x): the Hessian of map.loss (loss_map) in the values number AT, times x; central differences of the exact gradient, of fourth
## order.

function y = hessian_product (map, at, x)
  h = 2e-4 * (1 + norm (map.vector(at))) / norm (x);
  near = @(c) gradient_at (map, at, c * h * x);
  y = (8 * (near (0.5) - near (-0.5)) - (near (1) - near (-1))) / (6 * h);
endfunction

function g = gradient_at (map, at, e)
  v = map.vector;
  v(at) += e;
  [~, g] = map.loss (v);
  g = g(at);
endfunction
