## SPDX-License-Identifier: GPL-3.0-or-later

## [opt, o] = core_options (caller, use, model, layout, NAME, VALUE, ...): opt, every option of this caller with its value in the user's words; o, the
## numbers that the core reads, where they are not its defaults. USE: "t" hybrid_train, "g" hybrid_gradient, "s" hybrid_simulate. Names, defaults and
## ranges come from src/learn/options.def.

function [opt, o] = core_options (caller, use, model, layout, varargin)
  persistent last = struct ("t", [], "g", [], "s", []);  # what was read for each use: loops over gradients and simulations repeat themselves
  was = last.(use);
  number = cellfun ("isclass", varargin, "double") & cellfun ("numel", varargin) == 1;
  numbers = [varargin{number}];
  if (numel (was) && numel (was.given) == numel (varargin) && numel (was.numbers) == numel (numbers) && all (was.numbers == numbers)
      && all (strcmp (was.given, varargin) | number))
    opt = was.opt;
    o = was.o;
  else
    [opt, o] = read_options (caller, use, varargin{:});
    if (all (number | cellfun ("isclass", varargin, "char")))  # no data sets are held
      last.(use) = struct ("given", {varargin}, "numbers", numbers, "opt", opt, "o", o);
    endif
  endif
  if (strcmp (use, "s"))
    return;
  endif
  perturbs = ! strcmp (opt.method, "erm");
  if (! isfield (o, "rho") || isnan (o.rho))
    o.rho = opt.rho = 0.05 + 0.45 * (perturbs && strcmp (opt.method, "asam"));
  endif
  if (! isfield (o, "agnostic_rho2") || isnan (o.agnostic_rho2))
    o.agnostic_rho2 = o.rho / 2;
  endif
  check_method (caller, model, opt);
  o.scope_mask = zeros (layout.n, 1);
  if (perturbs || (isfield (opt, "scope") && ! isempty (opt.scope)))
    o.scope_mask = scope_mask (caller, model, layout, opt.scope);
  endif
  if (perturbs && ! any (o.scope_mask))
    error ("hybridsam:option:value", "%s: \"%s\" has nothing to perturb: the model has no values in the scope; give \"scope\" (nets, params, all)", caller, opt.method);
  endif
  if (strcmp (use, "t"))
    [o.learning_rate_params, o.learning_rate_nets] = learning_rates (caller, opt.learning_rate);
  endif
endfunction

function [opt, o] = read_options (caller, use, varargin)
  persistent tables = struct ();
  if (! isfield (tables, use))
    tables.(use) = table_of (use);
  endif
  table = tables.(use);
  opt = parse_options (caller, table.defaults, varargin{:});
  [opt, given] = expand_method (opt, varargin(1:2:end));
  o = struct ();
  for k = 1:numel (given)
    row = table.rows.(given{k});
    if (! strcmp (row.kind, "front"))
      o.(given{k}) = number_of (caller, row, opt.(given{k}));
    endif
  endfor
endfunction

## What is the same in every call: rows (struct: name, row) of the options of this use and their defaults in the user's words.
function table = table_of (use)
  table = struct ("rows", struct (), "defaults", struct ());
  for row = core ("options")'
    row.words = strsplit (row.choices, "|");
    row.whole = ! isempty (strfind (row.meaning, "whole"));
    if (any (row.uses == use))
      table.rows.(row.name) = row;
      table.defaults.(row.name) = default_of (row);
    endif
  endfor
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

## What goes with which method.
function check_method (caller, model, opt)
  if (strcmp (opt.method, "agnostic") && (! isfield (opt, "validation") || isempty (opt.validation)))
    error ("hybridsam:option:value", "%s: the method agnostic needs held-out data: hybrid_train (..., \"validation\", DATA)", caller);
  endif
  if (opt.groups > 1 && ! any (strcmp (opt.method, {"erm", "sam", "asam", "gsam", "functional"})))
    error ("hybridsam:option:value", "%s: \"groups\" goes with sam, asam, gsam and functional, not with %s, which carries one direction for the whole batch", ...
           caller, opt.method);
  endif
  if (strcmp (opt.penalty, "orth") && ! model.trace)
    error ("hybridsam:option:value", "%s: the penalty orth takes the networks out of the equations, which needs a model that is traced (\"trace\", true)", caller);
  endif
endfunction

## "method", "l2" (fn, orth) is short for erm with that penalty, which then counts as given.
function [opt, given] = expand_method (opt, given)
  if (isfield (opt, "method") && ischar (opt.method) && any (strcmp (opt.method, {"l2", "fn", "orth"})))
    opt.penalty = opt.method;
    opt.method = "erm";
    given{end+1} = "penalty";
  endif
endfunction

function x = number_of (caller, row, value)
  if (strcmp (row.kind, "choice"))
    if (! ischar (value) || ! any (strcmp (value, row.words)))
      hint = "";
      if (ischar (value))
        hint = sprintf ("; did you mean \"%s\"?", nearest_name (value, row.words));
      endif
      error ("hybridsam:option:value", "%s: \"%s\" must be one of %s, got %s%s", caller, row.name, strjoin (row.words, ", "), short_text (value), hint);
    endif
    x = find (strcmp (value, row.words)) - 1;
    return;
  endif
  good = (isnumeric (value) || islogical (value)) && isscalar (value) && isreal (value);
  if (isempty (value) && isnan (row.value))  # left at its default
    x = NaN;
    return;
  endif
  if (! good || ! (value >= row.low && value <= row.high) || (row.whole && isfinite (value) && value != fix (value)))
    error ("hybridsam:option:value", "%s: \"%s\" must be a %snumber from %g to %g, got %s", caller, row.name, ifelse_text (row.whole, "whole ", ""), ...
           row.low, row.high, short_text (value));
  endif
  x = double (value);
endfunction

function t = ifelse_text (tf, a, b)
  t = {b, a}{1 + tf};
endfunction

## Which values SAM may perturb (n x 1). "params" has the parameters of single trajectories, "all" their initial states too.
function mask = scope_mask (caller, model, layout, scope)
  mask = zeros (layout.n, 1);
  if (isempty (scope))
    scope = "nets";
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

function [a, b] = learning_rates (caller, r)
  a = 1e-2;
  b = 3e-3;
  if (isempty (r))
    return;
  endif
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
