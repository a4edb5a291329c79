## SPDX-License-Identifier: GPL-3.0-or-later

## graph = trace_function (model, which): call the user's function once with traced quantities and return what it recorded.

function graph = trace_function (model, which)
  __hybrid_tape__ ("begin");
  f = model.functions.(which);
  try
    if (strcmp (which, "initial"))
      shared = setfield (setfield (model, "own", model.own([])), "n_own", 0);
      r = f (leaves ("feature", feature_parts (model)), parameters (shared), networks (model));
    else
      r = f (leaf ("time", 1, 1, []), leaves ("state", model.states), leaves ("input", model.inputs), parameters (model), ...
             networks (model));
    endif
    r = with_own (model, which, result_column (model, which, r));
  catch e
    translate (e, model, which);
  end_try_catch
  if (! isa (r, "hybrid_expr"))  # a function that returns constants
    r = __hybrid_tape__ ("node", "const", rows (r), 1, [], r);
  endif
  graph = __hybrid_tape__ ("finish", r);
endfunction

function e = leaf (op, rows, cols, attr)
  e = __hybrid_tape__ ("node", op, rows, cols, [], attr);
endfunction

function s = leaves (op, parts)
  s = struct ();
  for k = 1:numel (parts)
    s.(parts(k).name) = leaf (op, parts(k).rows, parts(k).cols, parts(k).first);
  endfor
endfunction

function p = parameters (model)
  p = model.constants;
  for k = 1:numel (model.params)
    q = model.params(k);
    p.(q.name) = leaf ("param", q.rows, q.cols, q.first);
  endfor
  for k = 1:numel (model.own)  # a parameter of a trajectory is a state that does not change
    q = model.own(k);
    p.(q.name) = leaf ("state", q.rows, q.cols, model.n_x + q.first);
  endfor
endfunction

function nn = networks (model)
  nn = struct ();
  for k = 1:numel (model.nets)
    q = model.nets(k);
    nn.(q.name) = @(x) traced_net (q.net, q.name, q.first, x);
  endfor
endfunction

## Our own errors pass. What fails with traced quantities but works with numbers cannot be traced; what fails with numbers too is the user's.
function translate (e, model, which)
  if (strncmp (e.identifier, "hybridsam:", 10))
    error (struct ("message", e.message, "identifier", e.identifier, "stack", e.stack));
  endif
  if (! isempty (strfind (e.message, "method failed")) && ! isempty (__hybrid_tape__ ("refusal")))
    refusal = __hybrid_tape__ ("refusal");
    error (refusal.identifier, "%s", refusal.message);
  endif
  where = __hybrid_tape__ ("place", e.stack);
  hint = "";
  if (! isempty (strfind (e.message, "function handle")))
    hint = "; inside [ ] a network is called without a space before the parenthesis: nn.f(x), since [nn.f (x)] is two elements";
  elseif (! isempty (regexp (e.message, "operator .*= undefined|assignment")))
    error ("hybridsam:trace:assign", ["%s: an assignment of a traced quantity into an array of numbers (as dx(1) = ...) cannot be " ...
           "traced%s: build the value with [a; b], or give the model \"trace\", false. Octave said: %s"], which, where, e.message);
  elseif (! isempty (strfind (e.message, "map_value()")))
    error ("hybridsam:trace:concat", ["%s: a row of several plain numbers below or above traced rows, as in [x.M; 1 2], cannot be " ...
           "joined by Octave%s: write it as [x.M; [1 2]]"], which, where);
  elseif (works_with_numbers (model, which))
    error ("hybridsam:trace:function", ["%s: something was done with a traced quantity that cannot be traced%s: use the operations " ...
           "listed in the help of hybrid_model, or give the model \"trace\", false. Octave said: %s"], which, where, e.message);
  endif
  error ("hybridsam:model:function", "hybrid_model: the function %s failed%s: %s%s", which, where, e.message, hint);
endfunction

function tf = works_with_numbers (model, which)
  tf = true;
  s = random_point (model, 1);
  try
    plain_eval (model, which, s.t, s.x, s.u, s.z, values_unpack (model, s.v));
  catch
    tf = false;
  end_try_catch
endfunction
