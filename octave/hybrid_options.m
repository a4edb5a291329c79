## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {} hybrid_options ()
## @deftypefnx {} {@var{table} =} hybrid_options ()
## @deftypefnx {} {@var{plan} =} hybrid_options (@var{model}, @var{data}, @var{name}, @var{value}, @dots{})
## Every option of @code{hybrid_train}, @code{hybrid_gradient} and @code{hybrid_simulate}.
##
## Without an output the table is printed: name, which functions take it (t, g, s), default, what is accepted, meaning.  With one it is
## returned as a struct array with the fields @code{name}, @code{uses}, @code{default} (text), @code{accepts} (text), @code{meaning}.
##
## With a model, data and options of @code{hybrid_train}: what a run with them would take, @code{plan.bytes} (memory; an estimate where the
## number of steps is not known before) and @code{plan.threads}; without an output it is printed.  A run that needs more memory than the machine
## has is refused (@code{hybridsam:core:memory}) before it starts.
##
## @example
## hybrid_options ()
## plan = hybrid_options (model, data, "solver", "rk4", "method", "sam");
## @end example
##
## Errors: @code{hybridsam:options:*} (@code{usage}, @code{model}, @code{data}), @code{hybridsam:option:*}, @code{hybridsam:data:*}.
## @seealso{hybrid_train, hybrid_gradient, hybrid_simulate}
## @end deftypefn

function table = hybrid_options (varargin)
  if (nargin == 1)
    error ("hybridsam:options:usage", "hybrid_options: takes no arguments, or a model, a data set and options");
  endif
  if (nargin > 1)
    plan = plan_of (varargin{:});
    if (nargout > 0)
      table = plan;
    else
      printf ("memory: about %.3g MB; threads: %d\n", plan.bytes / 1e6, plan.threads);
    endif
    return;
  endif
  all = struct ("name", {}, "uses", {}, "default", {}, "accepts", {}, "meaning", {});
  for row = core ("options")'
    if (! strcmp (row.kind, "internal"))
      all(end+1) = struct ("name", row.name, "uses", row.uses, "default", default_text (row), "accepts", accepts_text (row), "meaning", row.meaning);
    endif
  endfor
  if (nargout > 0)
    table = all;
    return;
  endif
  printf ("%-16s %-4s %-14s %-30s %s\n", "option", "for", "default", "accepts", "meaning");
  for row = all
    printf ("%-16s %-4s %-14s %-30s %s\n", row.name, row.uses, row.default, row.accepts, row.meaning);
  endfor
  printf ("for: t hybrid_train, g hybrid_gradient, s hybrid_simulate\n");
endfunction

function plan = plan_of (model, data, varargin)
  check_model ("hybrid_options", "options", model);
  check_data ("hybrid_options", "options", data);
  [cm, d, layout] = core_problem ("hybrid_options", model, data, true);
  [~, o] = core_options ("hybrid_options", "t", model, layout, varargin{:});
  plan = core ("plan", cm, d, o);
endfunction

function text = default_text (row)
  if (! strcmp (row.kind, "number"))
    text = row.text;
  elseif (isnan (row.value))
    text = "(see meaning)";
  else
    text = sprintf ("%g", row.value);
  endif
endfunction

function text = accepts_text (row)
  if (strcmp (row.kind, "number"))
    text = sprintf ("%g .. %g", row.low, row.high);
  else
    text = row.choices;
  endif
endfunction

%!test
%! table = hybrid_options ();
%! assert (any (strcmp ({table.name}, "rho")));
%! assert (numel (unique ({table.name})), numel (table));
%! assert (all (cellfun (@(m) ! isempty (m), {table.meaning})));
%!assert (strfind (evalc ("hybrid_options ()"), "option "), 1)
%!test  # memory grows with the number of samples; the record is bounded
%! m = hybrid_model ("states", {"q", "p"}, "nets", struct ("f", hybrid_net ([2 64 64 1])), "rhs", @(t, x, u, p, nn) [x.p; nn.f([x.q; x.p])]);
%! of = @(T, solver) hybrid_options (m, hybrid_data ((0:T)', ones (T + 1, 2)), "solver", solver).bytes;
%! for solver = {"rk4", "dopri5", "cvode", "auto"}
%!   assert (of (100, solver{1}) < of (1000, solver{1}));
%!   assert (of (100000, solver{1}) < 120e6);
%! endfor
%!test  # what cannot be is refused before it starts, and says how much it would need
%! m = hybrid_model ("states", struct ("x", [1e5 1]), "rhs", @(t, x, u, p, nn) -x.x);
%! d = hybrid_data ((0:1e6)', [], "initial", ones (1e5, 1));
%! try
%!   hybrid_simulate (m, d, hybrid_values (m));
%!   error ("nothing was refused");
%! catch e
%!   assert (e.identifier, "hybridsam:core:memory");
%!   assert (! isempty (regexp (e.message, "would need about [0-9.e+]+ GB, and this machine has")));
%! end_try_catch
%!error id=hybridsam:options:usage hybrid_options (1)
%!error id=hybridsam:options:model hybrid_options (1, 2)
%!error id=hybridsam:options:data hybrid_options (hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) -x.x), 2)
%!error id=hybridsam:option:unknown hybrid_options (hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) -x.x), hybrid_data ([0 1], [1; 2]), "sover", 2)
