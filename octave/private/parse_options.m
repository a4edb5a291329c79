## SPDX-License-Identifier: GPL-3.0-or-later

## opt = parse_options (CALLER, DEFAULTS, NAME, VALUE, ...)
##
## DEFAULTS is a struct of the known names and their default values. An unknown name is an error that names the nearest known one.

function opt = parse_options (caller, defaults, varargin)
  opt = defaults;
  if (mod (numel (varargin), 2) != 0)
    error ("hybridsam:option:pair", "%s: options come as NAME, VALUE pairs; got %d arguments after the others", caller, numel (varargin));
  endif
  for k = 1:2:numel (varargin)
    name = varargin{k};
    if (! ischar (name) || rows (name) != 1)
      error ("hybridsam:option:pair", "%s: option name %d must be a string, got a %s", caller, (k + 1) / 2, class (name));
    endif
    if (! isfield (defaults, name))
      known = fieldnames (defaults);
      error ("hybridsam:option:unknown", "%s: unknown option \"%s\"; did you mean \"%s\"? (known: %s)", caller, name, ...
             nearest_name (name, known), strjoin (known', ", "));
    endif
    opt.(name) = varargin{k+1};
  endfor
endfunction
