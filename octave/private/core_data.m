## SPDX-License-Identifier: GPL-3.0-or-later

## [d, x0] = core_data (caller, model, data, measured, layout): the data set as the core reads it (doc/developer.md, "Core data"), checked against
## the model. MEASURED: see core_problem. LAYOUT (local_layout) tells where the values of single trajectories stand; data that validate a fit get the
## layout of the training data. x0 (n_x x B): the estimated initial states to start from.

function [d, x0] = core_data (caller, model, data, measured, layout)
  check_fit (caller, model, data, measured);
  codes = {"zoh", "linear", "pchip"};
  d = struct ("count", data.count, "t", data.t', "y", data.y', "weight", [], "x0", [], "x0_at", [], "scale", [], "next", [], ...
              "gap_weight", [], "skip_first", [], "u", data.u', "interpolation", find (strcmp (data.interpolation, codes)) - 1, "z", []);
  x0 = [];
  if (! isempty (data.weight))
    d.weight = data.weight';
  endif
  skip = false (numel (data.count), 1);
  if (! isempty (model.functions.rhs))
    [d.x0, skip] = start_states (caller, model, data);
    x0 = d.x0;
    if (isempty (d.x0))
      d.z = features_of (caller, model, data);
    else
      d.x0 = [d.x0; zeros(model.n_own, columns (d.x0))];
    endif
    d.skip_first = double (skip(:));
    if (model.n_own || ! isempty (data.spread))
      d.x0_at = value_numbers (model, data, layout);
    endif
  endif
  if (measured)
    check_counts (caller, data, skip);
  endif
endfunction

## Which value is which initial state of the core (n_x + n_own x B), 0: none.
function at = value_numbers (model, data, layout)
  B = numel (data.count);
  at = zeros (model.n_x, B);
  if (! isempty (data.spread))
    at = layout.x0_first + reshape (1:model.n_x * B, model.n_x, B);
  endif
  at = [at; layout.own + (1:model.n_own)' + (data.unit(:)' - 1) * model.n_own];
endfunction

## A loss of which no measurement is part would be 0 for any model.
function check_counts (caller, data, skip)
  counts = ! isnan (data.y);
  if (! isempty (data.weight))
    counts &= data.weight > 0;
  endif
  first = cumsum ([1; data.count(:)])(1:end-1);
  counts(first(skip),:) = false;
  if (! any (counts(:)))
    error ("hybridsam:data:empty", ["%s: no measurement is left to fit: the first samples gave the initial states and do not count, and after them " ...
           "nothing has been measured with a weight > 0"], caller);
  endif
endfunction

function check_fit (caller, model, data, measured)
  if (isempty (model.functions.rhs) != data.algebraic)
    kinds = {"trajectories (t was given)", "algebraic (t = [])"};
    error ("hybridsam:data:kind", "%s: the model is %s, the data are %s", caller, {"a differential equation", "algebraic (no \"rhs\")"}{1 + isempty(model.functions.rhs)}, ...
           kinds{1 + data.algebraic});
  endif
  n = columns (data.y);
  if (n != model.n_y && (measured || n > 0))
    error ("hybridsam:data:outputs", "%s: the data have %d outputs, the model %d (%s)", caller, n, model.n_y, strjoin (model.outputs, ", "));
  endif
  if (! isempty (data.spread) && rows (data.spread) != model.n_x && ! isempty (model.functions.rhs))
    error ("hybridsam:data:initial", "%s: \"initial_spread\" of the data has %d rows, the model has %d states (%s)", caller, rows (data.spread), ...
           model.n_x, strjoin ({model.states.name}, ", "));
  endif
  if (columns (data.u) != model.n_u)
    error ("hybridsam:data:inputs", "%s: the data have %d inputs, the model %d (%s)", caller, columns (data.u), model.n_u, ...
           strjoin ({model.inputs.name}, ", "));
  endif
  if (! isempty (data.x0) && rows (data.x0) != model.n_x)
    error ("hybridsam:data:initial", "%s: the initial states of the data have %d rows, the model has %d states (%s)", caller, rows (data.x0), ...
           model.n_x, strjoin ({model.states.name}, ", "));
  endif
endfunction

## x0 (n_x x B) and where the first sample gave it, so that it does not count; [] when the model's `initial` gives it. An estimated state starts from
## the first measured value; its first sample does not count when the prior has it as mean already.
function [x0, skip] = start_states (caller, model, data)
  B = numel (data.count);
  x0 = data.x0;
  skip = false (1, B);
  if (! isempty (x0) && ! any (isnan (x0(:))))
    return;
  endif
  estimated = ! isempty (data.spread);
  if (isempty (x0))
    if (! isempty (model.functions.initial) && ! estimated)
      return;
    endif
    x0 = NaN (model.n_x, B);
  endif
  own = all (isnan (x0), 1);
  if (! isempty (model.functions.output) || columns (data.y) != model.n_x)
    error ("hybridsam:data:initial", ["%s: the initial states are not known: give \"initial\" (and \"initial_spread\", Inf, if they are to be estimated) to " ...
           "hybrid_data, or \"initial\" to hybrid_model (the first sample serves only when the outputs are all states)"], caller);
  endif
  first = cumsum ([1; data.count(:)])(1:B);
  x0(:,own) = data.y(first(own),:)';
  for b = find (own & any (isnan (x0), 1) & estimated)
    x0(:,b) = first_measured (data.y(first(b):first(b) + data.count(b) - 1,:));
  endfor
  skip = own;
  if (estimated)
    skip &= all (isfinite (data.spread), 1);
  endif
  b = find (any (isnan (x0), 1), 1);
  if (! isempty (b))
    error ("hybridsam:data:initial", ["%s: trajectory %d would start from its first sample, which has values that were not measured (NaN); give \"initial\" " ...
           "or start it at a complete sample"], caller, b);
  endif
endfunction

function x = first_measured (y)
  x = NaN (columns (y), 1);
  for i = 1:columns (y)
    k = find (! isnan (y(:,i)), 1);
    if (! isempty (k))
      x(i) = y(k,i);
    endif
  endfor
endfunction

## z (n_z x B) for the model's `initial`: features, then the first samples.
function z = features_of (caller, model, data)
  B = numel (data.count);
  if (rows (data.features) != numel (model.features))
    error ("hybridsam:data:features", "%s: the data have %d features, the model %d (%s)", caller, rows (data.features), numel (model.features), ...
           strjoin (model.features, ", "));
  endif
  k = model.window;
  if (! columns (data.y) && uses_window (model))
    error ("hybridsam:data:window", "%s: the model's initial function looks at the first samples, and the data have no measurements", caller);
  endif
  y = zeros (model.n_y * k, B);
  if (columns (data.y))
    if (any (data.count < k))
      error ("hybridsam:data:window", "%s: the model's initial function looks at %d samples, a trajectory has %d", caller, k, min (data.count));
    endif
    first = cumsum ([1; data.count(:)])(1:B);
    for j = 1:k
      y((j-1)*model.n_y+1:j*model.n_y,:) = data.y(first + j - 1,:)';
    endfor
  endif
  if (any (isnan (y(:))) && uses_window (model))
    error ("hybridsam:data:window", "%s: the first %d samples of trajectory %d have values that were not measured (NaN); the model's initial function needs them", ...
           caller, k, find (any (isnan (y), 1), 1));
  endif
  y(isnan (y)) = 0;
  z = [data.features; y];
endfunction

function tf = uses_window (model)
  g = model.graphs.initial;
  at = cumsum ([0; g.nattr(:)]);
  leaf = find (strcmp (g.op, "feature"));
  used = node_used (g);
  tf = ! model.trace || any (arrayfun (@(i) used(i) && g.attr(at(i)+1) > numel (model.features), leaf));
endfunction

function used = node_used (g)
  used = false (numel (g.op), 1);
  used(g.result) = true;
  at = cumsum ([0; g.nargs(:)]);
  for i = numel (g.op):-1:1
    if (used(i))
      used(g.args(at(i)+1:at(i+1))) = true;
    endif
  endfor
endfunction
