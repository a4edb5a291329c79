## SPDX-License-Identifier: GPL-3.0-or-later

## s = random_point (model, k): arguments (t, x, u, z) and values v at which model functions are compared. Reproducible, and Octave's own
## random state stays untouched.

function s = random_point (model, k)
  n_x = model.n_x + model.n_own;
  r = counter_random (1000 + k, 1, n_x + model.n_u + model.n_z + 1 + model.n_v);
  at = cumsum ([0, 1, n_x, model.n_u, model.n_z, model.n_v]);
  part = @(j) 4 * r(at(j)+1:at(j+1)) - 2;
  s = struct ("t", abs (part (1)), "x", part (2), "u", part (3), "z", part (4), "v", 0.5 * part (5));
  for q = model.params
    s.v(q.first:q.first + q.rows * q.cols - 1) = near_start (q, k);
  endfor
  for q = model.own
    s.x(model.n_x + (q.first:q.first + q.rows * q.cols - 1)) = near_start (q, k);
  endfor
endfunction

function x = near_start (q, k)
  x = q.start(:) + 0.1 * (k - 2) * min ([abs(q.start(:)), abs(q.upper - q.start(:)), abs(q.start(:) - q.lower)], [], 2);
endfunction
