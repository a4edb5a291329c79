## SPDX-License-Identifier: GPL-3.0-or-later

## vector = values_pack (caller, model, v, layout): the values struct as the core's vector; checks names, shapes, finiteness. An own parameter
## may have one value for all units; without v.initial the estimated initial states are those to start from.

function vector = values_pack (caller, model, v, layout)
  if (! isstruct (v) || ! isscalar (v) || ! isfield (v, "params") || ! isfield (v, "nets"))
    error ("hybridsam:values:struct", "%s: the values must be a struct with the fields params and nets, as hybrid_values gives; got %s", ...
           caller, short_text (v));
  endif
  check_names (caller, "params", v.params, {model.params.name, model.own.name});
  check_names (caller, "nets", v.nets, {model.nets.name});
  vector = zeros (layout.n, 1);
  for k = 1:numel (model.params)
    q = model.params(k);
    vector = put (caller, vector, v.params, q.name, q.first, q.rows, q.cols, ["params." q.name]);
  endfor
  for q = model.own
    vector = put_own (caller, vector, v.params, q, layout);
  endfor
  for k = 1:numel (model.nets)
    q = model.nets(k);
    vector = put_net (caller, vector, v.nets, q);
  endfor
  if (layout.estimated)
    x0 = layout.x0;
    if (isfield (v, "initial"))
      x0 = v.initial;
    endif
    vector = put_array (caller, vector, x0, layout.x0_first + 1, model.n_x, layout.B, "initial");
  endif
endfunction

function vector = put_own (caller, vector, from, q, layout)
  if (! isfield (from, q.name))
    error ("hybridsam:values:missing", "%s: the values have no params.%s", caller, q.name);
  endif
  a = from.(q.name);
  if (isnumeric (a) && isequal (size (a), [q.rows, q.cols]))
    a = repmat (a(:), 1, layout.units);
  elseif (! isnumeric (a) || ! isequal (size (a), size (zeros ([q.rows, q.cols(q.cols > 1), layout.units]))))
    error ("hybridsam:values:shape", "%s: params.%s must be %d x %d, or that for each of the %d trajectories, got %s", caller, q.name, q.rows, q.cols, ...
           layout.units, short_text (a));
  endif
  a = reshape (a, q.rows * q.cols, layout.units);
  for unit = 1:layout.units
    vector = put_array (caller, vector, a(:,unit), layout.own + (unit - 1) * layout.n_own + q.first, q.rows * q.cols, 1, ["params." q.name]);
  endfor
endfunction

function check_names (caller, what, given, known)
  if (! isstruct (given) || ! isscalar (given))
    error ("hybridsam:values:struct", "%s: the values' %s must be a struct, got %s", caller, what, short_text (given));
  endif
  extra = setdiff (fieldnames (given)', known);
  if (! isempty (extra))
    error ("hybridsam:values:unknown", "%s: the values have %s.%s, which the model does not (%s)", caller, what, extra{1}, strjoin (known, ", "));
  endif
endfunction

function vector = put (caller, vector, from, name, first, m, n, label)
  if (! isfield (from, name))
    error ("hybridsam:values:missing", "%s: the values have no %s", caller, label);
  endif
  vector = put_array (caller, vector, from.(name), first, m, n, label);
endfunction

function vector = put_array (caller, vector, a, first, m, n, label)
  if (! isnumeric (a) || ! isreal (a) || ! isequal (size (a), [m n]))
    error ("hybridsam:values:shape", "%s: %s must be a real %d x %d matrix, got %s", caller, label, m, n, short_text (a));
  endif
  if (! all (isfinite (a(:))))
    error ("hybridsam:values:finite", "%s: %s has values that are not finite", caller, label);
  endif
  vector(first:first + m * n - 1) = double (a(:));
endfunction

function vector = put_net (caller, vector, from, q)
  if (! isfield (from, q.name) || ! isstruct (from.(q.name)) || ! isfield (from.(q.name), "W") || ! isfield (from.(q.name), "b"))
    error ("hybridsam:values:missing", "%s: the values have no nets.%s with the fields W and b", caller, q.name);
  endif
  s = from.(q.name);
  n = q.net.layers;
  if (! iscell (s.W) || ! iscell (s.b) || numel (s.W) != numel (n) - 1 || numel (s.b) != numel (n) - 1)
    error ("hybridsam:values:shape", "%s: nets.%s.W and .b must be cell arrays with %d layers", caller, q.name, numel (n) - 1);
  endif
  at = q.first;
  for l = 1:numel (n) - 1
    vector = put_array (caller, vector, s.W{l}, at, n(l+1), n(l), sprintf ("nets.%s.W{%d}", q.name, l));
    at += n(l) * n(l+1);
    vector = put_array (caller, vector, s.b{l}, at, n(l+1), 1, sprintf ("nets.%s.b{%d}", q.name, l));
    at += n(l+1);
  endfor
endfunction
