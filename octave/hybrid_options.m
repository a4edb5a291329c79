## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {} hybrid_options ()
## @deftypefnx {} {@var{table} =} hybrid_options ()
## Every option of @code{hybrid_train}, @code{hybrid_gradient} and @code{hybrid_simulate}.
##
## Without an output the table is printed: name, which functions take it (t, g, s), default, what is accepted, meaning.  With one it is
## returned as a struct array with the fields @code{name}, @code{uses}, @code{default} (text), @code{accepts} (text), @code{meaning}.
##
## @example
## hybrid_options ()
## @end example
##
## Errors: @code{hybridsam:options:usage}.
## @seealso{hybrid_train, hybrid_gradient, hybrid_simulate}
## @end deftypefn

function table = hybrid_options (varargin)
  if (nargin > 0)
    error ("hybridsam:options:usage", "hybrid_options: takes no arguments");
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
%!error id=hybridsam:options:usage hybrid_options (1)
