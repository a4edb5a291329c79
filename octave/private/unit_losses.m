## SPDX-License-Identifier: GPL-3.0-or-later

## [loss, weight] = unit_losses (caller, model, data, v, solver, scale): the sum of w ((y - yhat)/scale)^2 and of w, of each trajectory (algebraic: sample) of the data;
## segments of one trajectory count together. 1 x units both. Infinite where the model cannot be solved.

function [loss, weight] = unit_losses (caller, model, data, v, solver, scale)
  [map, cm, d, o, measured, root, w] = loss_map (caller, model, data, v, solver, scale);
  s = parts (data);
  unit = repelem (s.unit(:), s.count(:))';
  owner = repmat (unit, rows (measured), 1)(measured)(:);
  n = max (unit);
  weight = accumarray (owner, w, [n 1])';
  loss = Inf (1, n);
  try
    [~, y] = core ("simulate", cm, d, map.vector, o, []);
    loss = accumarray (owner, (root .* (y - d.y)(measured)(:)) .^ 2, [n 1])';
  catch e
    unsolved_only (e);
  end_try_catch
endfunction
