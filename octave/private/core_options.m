## SPDX-License-Identifier: GPL-3.0-or-later

## [opt, o] = core_options (caller, use, model, layout, NAME, VALUE, ...): opt, every option of this caller with its value in the user's words; o, the
## numbers that the core reads. USE: "t" hybrid_train, "g" hybrid_gradient, "s" hybrid_simulate. Names, defaults and ranges come from
## src/learn/options.def.

function [opt, o] = core_options (caller, use, model, layout, varargin)
  persistent table;
  if (isempty (table))
    table = core ("options");
  endif
  o = struct ();
  defaults = struct ();
  for k = 1:numel (table)
    row = table(k);
    if (! strcmp (row.kind, "front"))
      o.(row.name) = row.value;
    endif
    if (any (row.uses == use))
      defaults.(row.name) = default_of (row);
    endif
  endfor
  opt = parse_options (caller, defaults, varargin{:});
  opt = expand_method (opt);
  for k = 1:numel (table)
    row = table(k);
    if (isfield (opt, row.name) && ! strcmp (row.kind, "front"))
      o.(row.name) = number_of (caller, row, opt.(row.name));
    elseif (strcmp (row.kind, "choice"))
      o.(row.name) = find (strcmp (row.text, strsplit (row.choices, "|"))) - 1;
    endif
  endfor
  if (isnan (o.rho))
    o.rho = 0.05 * ifelse_number (isfield (opt, "method") && strcmp (opt.method, "asam"), 10, 1);
    if (isfield (opt, "rho"))
      opt.rho = o.rho;
    endif
  endif
  o.until = Inf;
  o.scope_mask = scope_mask (caller, model, layout, opt);
  if (isfield (opt, "method") && any (strcmp (opt.method, {"sam", "asam"})) && ! any (o.scope_mask))
    error ("hybridsam:option:value", "%s: \"%s\" has nothing to perturb: the model has no values in the scope; give \"scope\" (nets, params, all)", caller, opt.method);
  endif
  [o.learning_rate_params, o.learning_rate_nets] = learning_rates (caller, opt);
endfunction

function d = default_of (row)
  switch (row.kind)
    case "choice"
      d = row.text;
    case "number"
      d = {row.value, []}{1 + isnan(row.value)};  # NaN: depends on other options
    otherwise
      d = [];
  endswitch
endfunction

## "method", "l2" (fn) is short for erm with that penalty.
function opt = expand_method (opt)
  if (isfield (opt, "method") && ischar (opt.method) && any (strcmp (opt.method, {"l2", "fn"})))
    opt.penalty = opt.method;
    opt.method = "erm";
  endif
endfunction

function x = number_of (caller, row, value)
  if (strcmp (row.kind, "choice"))
    words = strsplit (row.choices, "|");
    if (! ischar (value) || ! any (strcmp (value, words)))
      hint = "";
      if (ischar (value))
        hint = sprintf ("; did you mean \"%s\"?", nearest_name (value, words));
      endif
      error ("hybridsam:option:value", "%s: \"%s\" must be one of %s, got %s%s", caller, row.name, strjoin (words, ", "), short_text (value), hint);
    endif
    x = find (strcmp (value, words)) - 1;
    return;
  endif
  whole = ! isempty (strfind (row.meaning, "whole"));
  good = (isnumeric (value) || islogical (value)) && isscalar (value) && isreal (value);
  if (isempty (value) && isnan (row.value))  # left at its default
    x = NaN;
    return;
  endif
  if (! good || ! (value >= row.low && value <= row.high) || (whole && isfinite (value) && value != fix (value)))
    error ("hybridsam:option:value", "%s: \"%s\" must be a %snumber from %g to %g, got %s", caller, row.name, ifelse_text (whole, "whole ", ""), ...
           row.low, row.high, short_text (value));
  endif
  x = double (value);
endfunction

function t = ifelse_text (tf, a, b)
  t = {b, a}{1 + tf};
endfunction

function x = ifelse_number (tf, a, b)
  x = [b, a](1 + tf);
endfunction

## Which values SAM may perturb (n x 1). "params" has the parameters of single trajectories, "all" their initial states too.
function mask = scope_mask (caller, model, layout, opt)
  mask = zeros (layout.n, 1);
  scope = "nets";
  if (isfield (opt, "scope") && ! isempty (opt.scope))
    scope = opt.scope;
  endif
  if (ischar (scope) && any (strcmp (scope, {"nets", "params", "all"})))
    names = {};
    if (! strcmp (scope, "params"))
      names = {model.nets.name};
    endif
    if (! strcmp (scope, "nets"))
      mask(1:model.n_v - sum (arrayfun (@(q) q.net.n_weights, model.nets))) = 1;
      mask(model.n_v+1:layout.x0_first) = 1;
    endif
  elseif (iscellstr (scope) || ischar (scope))
    names = cellstr (scope)(:)';
    unknown = setdiff (names, {model.nets.name});
    if (! isempty (unknown))
      error ("hybridsam:option:value", "%s: \"scope\" must be nets, params, all or names of nets (%s), got %s", caller, ...
             strjoin ({model.nets.name}, ", "), short_text (unknown{1}));
    endif
  else
    error ("hybridsam:option:value", "%s: \"scope\" must be nets, params, all or a cell array of names of nets, got %s", caller, short_text (scope));
  endif
  if (ischar (scope) && strcmp (scope, "all"))
    mask(layout.x0_first+1:end) = 1;
  endif
  for q = model.nets
    if (any (strcmp (q.name, names)))
      mask(q.first:q.first + q.net.n_weights - 1) = 1;
    endif
  endfor
endfunction

function [a, b] = learning_rates (caller, opt)
  a = 1e-2;
  b = 3e-3;
  if (! isfield (opt, "learning_rate") || isempty (opt.learning_rate))
    return;
  endif
  r = opt.learning_rate;
  if (isstruct (r) && isscalar (r) && isempty (setdiff (fieldnames (r), {"params", "nets"})))
    if (isfield (r, "params"))
      a = r.params;
    endif
    if (isfield (r, "nets"))
      b = r.nets;
    endif
  else
    a = b = r;
  endif
  for x = {a, b}
    if (! isnumeric (x{1}) || ! isscalar (x{1}) || ! isreal (x{1}) || ! (x{1} >= 0) || isinf (x{1}))
      error ("hybridsam:option:value", "%s: \"learning_rate\" must be a number >= 0 or struct (\"params\", a, \"nets\", b), got %s", caller, short_text (r));
    endif
  endfor
endfunction
