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
  for q = model.params
    vector = put_array (caller, vector, v.params.(q.name), q.first:q.first + q.rows * q.cols - 1, q.rows, q.cols, "params.%s", q.name);
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
    vector = put_array (caller, vector, x0, layout.x0_first+1:layout.n, model.n_x, layout.B, "initial");
  endif
endfunction

function vector = put_own (caller, vector, from, q, layout)
  a = from.(q.name);
  if (isnumeric (a) && isequal (size (a), [q.rows, q.cols]))
    a = repmat (a(:), 1, layout.units);
  elseif (! isnumeric (a) || ! isequal (size (a), size (zeros ([q.rows, q.cols(q.cols > 1), layout.units]))))
    error ("hybridsam:values:shape", "%s: params.%s must be %d x %d, or that for each of the %d trajectories, got %s", caller, q.name, q.rows, q.cols, ...
           layout.units, short_text (a));
  endif
  a = reshape (a, q.rows * q.cols, layout.units);
  at = layout.own + q.first + (0:q.rows * q.cols - 1)' + (0:layout.units - 1) * layout.n_own;
  vector = put_array (caller, vector, a, at, q.rows * q.cols, layout.units, "params.%s", q.name);
endfunction

function check_names (caller, what, given, known)
  if (! isstruct (given) || ! isscalar (given))
    error ("hybridsam:values:struct", "%s: the values' %s must be a struct, got %s", caller, what, short_text (given));
  endif
  found = isfield (given, known);
  if (numfields (given) > nnz (found))
    extra = setdiff (fieldnames (given)', known);
    error ("hybridsam:values:unknown", "%s: the values have %s.%s, which the model does not (%s)", caller, what, extra{1}, strjoin (known, ", "));
  elseif (! all (found(:)))
    error ("hybridsam:values:missing", "%s: the values have no %s.%s", caller, what, known{find (! found, 1)});
  endif
endfunction

## varargin: the name of the array, as the arguments of sprintf, which only an error needs.
function vector = put_array (caller, vector, a, at, m, n, varargin)
  if (! isnumeric (a) || ! isreal (a) || ndims (a) != 2 || rows (a) != m || columns (a) != n)
    error ("hybridsam:values:shape", "%s: %s must be a real %d x %d matrix, got %s", caller, sprintf (varargin{:}), m, n, short_text (a));
  endif
  if (! all (isfinite (a(:))))
    error ("hybridsam:values:finite", "%s: %s has values that are not finite", caller, sprintf (varargin{:}));
  endif
  vector(at) = double (a(:));
endfunction

## Convolutions: W k x k x c_in x c_out; Octave drops ones at the end.
function vector = put_kernels (caller, vector, s, q, at)
  n = q.net.layers;
  for l = 1:numel (n) - 1
    shape = [q.net.kernel, n(l), n(l+1)];
    W = s.W{l};
    if (! isnumeric (W) || ! isequal (size (W), size (zeros (shape))))
      error ("hybridsam:values:shape", "%s: nets.%s.W{%d} must be a real array of %d x %d x %d x %d, got %s", caller, q.name, l, shape, short_text (W));
    endif
    vector = put_array (caller, vector, W(:), at:at + prod (shape) - 1, prod (shape), 1, "nets.%s.W{%d}", q.name, l);
    at += prod (shape);
    vector = put_array (caller, vector, s.b{l}, at:at + n(l+1) - 1, n(l+1), 1, "nets.%s.b{%d}", q.name, l);
    at += n(l+1);
  endfor
endfunction

function vector = put_net (caller, vector, from, q)
  s = from.(q.name);
  if (! isstruct (s) || ! isscalar (s) || nnz (isfield (s, {"W", "b"})) < 2)
    error ("hybridsam:values:missing", "%s: the values have no nets.%s with the fields W and b", caller, q.name);
  endif
  n = q.net.layers;
  if (! iscell (s.W) || ! iscell (s.b) || numel (s.W) != numel (n) - 1 || numel (s.b) != numel (n) - 1)
    error ("hybridsam:values:shape", "%s: nets.%s.W and .b must be cell arrays with %d layers", caller, q.name, numel (n) - 1);
  endif
  at = q.first;
  if (! isempty (q.net.kernel))
    vector = put_kernels (caller, vector, s, q, at);
    return;
  endif
  for l = 1:numel (n) - 1
    vector = put_array (caller, vector, s.W{l}, at:at + n(l) * n(l+1) - 1, n(l+1), n(l), "nets.%s.W{%d}", q.name, l);
    at += n(l) * n(l+1);
    vector = put_array (caller, vector, s.b{l}, at:at + n(l+1) - 1, n(l+1), 1, "nets.%s.b{%d}", q.name, l);
    at += n(l+1);
  endfor
endfunction
