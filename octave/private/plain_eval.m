## SPDX-License-Identifier: GPL-3.0-or-later

## r = plain_eval (model, which, t, x, u, z, v): the user's function called with plain numbers for one lane. x, u, z are columns, v is a
## values struct, r the result as a column. The oracle of every test, and what an untraced model runs.

function r = plain_eval (model, which, t, x, u, z, v)
  [p, nn] = plain_parts (model, v);
  f = model.functions.(which);
  if (strcmp (which, "initial"))
    r = f (model_arguments (model, "z", z), p, nn);
  else
    r = f (t, model_arguments (model, "x", x), model_arguments (model, "u", u), p, nn);
  endif
  r = result_column (model, which, r);
endfunction
