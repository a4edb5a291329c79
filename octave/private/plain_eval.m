## SPDX-License-Identifier: GPL-3.0-or-later

## r = plain_eval (model, which, t, x, u, z, v): the user's function called with plain numbers for one lane. x, u, z are columns, v is a
## values struct, r the result as a column. x ends with the trajectory's own parameters, if the model has such. The oracle of every test, and what an untraced model runs.

function r = plain_eval (model, which, t, x, u, z, v)
  [p, nn] = plain_parts (model, v);
  if (! strcmp (which, "initial"))
    for k = 1:numel (model.own)
      q = model.own(k);
      p.(q.name) = reshape (x(model.n_x + q.first - 1 + (1:q.rows * q.cols)), q.rows, q.cols);
    endfor
  endif
  f = model.functions.(which);
  if (strcmp (which, "initial"))
    r = f (model_arguments (model, "z", z), p, nn);
  else
    r = f (t, model_arguments (model, "x", x), model_arguments (model, "u", u), p, nn);
  endif
  r = with_own (model, which, result_column (model, which, r));
endfunction
