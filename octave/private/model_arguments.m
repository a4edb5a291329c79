## SPDX-License-Identifier: GPL-3.0-or-later

## Arguments of a model function as plain numbers, for one lane: model_arguments (model, "x", vector) -> struct with the user's names.
## KIND is "x" (states), "u" (inputs), "z" (features and the window of measurements).

function s = model_arguments (model, kind, vector)
  s = struct ();
  switch (kind)
    case "x"
      parts = model.states;
    case "u"
      parts = model.inputs;
    case "z"
      parts = feature_parts (model);
  endswitch
  for k = 1:numel (parts)
    q = parts(k);
    s.(q.name) = reshape (vector(q.first:q.first + q.rows * q.cols - 1), q.rows, q.cols);
  endfor
endfunction
