## SPDX-License-Identifier: GPL-3.0-or-later

## graph = trace_function (model, which): call the user's function once with traced quantities and return what it recorded.

function graph = trace_function (model, which)
  __hybrid_tape__ ("begin");
  f = model.functions.(which);
  try
    if (strcmp (which, "initial"))
      r = f (leaves ("feature", feature_parts (model)), parameters (model), networks (model));
    else
      r = f (leaf ("time", 1, 1, []), leaves ("state", model.states), leaves ("input", model.inputs), parameters (model), ...
             networks (model));
    endif
    r = result_column (model, which, r);
  catch e
    translate (e, which);
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
endfunction

function nn = networks (model)
  nn = struct ();
  for k = 1:numel (model.nets)
    q = model.nets(k);
    nn.(q.name) = @(x) traced_net (q.net, q.name, q.first, x);
  endfor
endfunction

## Our own errors pass. Octave's own words for things that cannot be traced become ours; anything else is the user's error.
function translate (e, which)
  if (strncmp (e.identifier, "hybridsam:", 10))
    error (struct ("message", e.message, "identifier", e.identifier, "stack", e.stack));
  endif
  where = user_line (e.stack);
  way = "or give the model \"trace\", false";
  if (! isempty (regexp (e.message, "operator .*= undefined|assignment .*(object|class)|invalid use of .*object|conversion .*class")))
    error ("hybridsam:trace:assign", ["%s: an assignment of a traced quantity into an array of numbers (as dx(1) = ...) cannot be " ...
           "traced%s: build the value with [a; b], %s. Octave said: %s"], which, where, way, e.message);
  elseif (! isempty (regexp (e.message, "object|class|wrong type argument|binary operator|unary operator|undefined for")))
    error ("hybridsam:trace:function", ["%s: something was done with a traced quantity that cannot be traced%s: use the operations " ...
           "listed in the help of hybrid_model, %s. Octave said: %s"], which, where, way, e.message);
  endif
  error ("hybridsam:model:function", "hybrid_model: the function %s failed%s: %s", which, where, e.message);
endfunction

function text = user_line (stack)
  text = "";
  for k = 1:numel (stack)
    if (! isempty (strfind (stack(k).name, "trace_function")))
      return;
    endif
    if (stack(k).line > 0 && isempty (regexp (stack(k).file, "@hybrid_expr")) && stack(k).name(1) != "@")
      text = sprintf (" (%s, line %d)", stack(k).name, stack(k).line);
      return;
    endif
  endfor
endfunction
