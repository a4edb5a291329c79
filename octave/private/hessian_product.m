## SPDX-License-Identifier: GPL-3.0-or-later

## y = hessian_product (map, at, x): the Hessian of map.loss (loss_map) in the values number AT, times x; central differences of the exact gradient, of fourth
## order.

function y = hessian_product (map, at, x)
  h = 2e-4 * (1 + norm (map.vector(at))) / norm (x);
  X = repmat (map.vector, 1, 4);
  X(at,:) += h * x * [1, -1, 0.5, -0.5];
  [f, g] = map.losses (X);
  k = find (isinf (f), 1);
  if (! isempty (k))
    map.loss (X(:,k));  # raises the error
  endif
  g = g(at,:);
  y = (8 * (g(:,3) - g(:,4)) - (g(:,1) - g(:,2))) / (6 * h);
endfunction
