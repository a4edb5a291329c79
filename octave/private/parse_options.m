## SPDX-License-Identifier: GPL-3.0-or-later

## opt = parse_options (CALLER, DEFAULTS, NAME, VALUE, ...)
##
## DEFAULTS is a struct of the known names and their default values. An unknown name is an error that names the nearest known one.

function opt = parse_options (caller, defaults, varargin)
  opt = defaults;
  if (mod (numel (varargin), 2) != 0)
    error ("hybridsam:option:pair", "%s: options come as NAME, VALUE pairs; got %d arguments after the others", caller, numel (varargin));
  endif
  names = varargin(1:2:end);
  if (! iscellstr (names) || any (cellfun ("size", names, 1) > 1) || ! all (isfield (defaults, names)))
    refuse (caller, defaults, names);
  endif
  for k = 1:numel (names)
    opt.(names{k}) = varargin{2*k};
  endfor
endfunction

function refuse (caller, defaults, names)
  for k = 1:numel (names)
    name = names{k};
    if (! ischar (name) || rows (name) != 1)
      error ("hybridsam:option:pair", "%s: option name %d must be a string, got a %s", caller, k, class (name));
    endif
    if (! isfield (defaults, name))
      known = fieldnames (defaults);
      error ("hybridsam:option:unknown", "%s: unknown option \"%s\"; did you mean \"%s\"? (known: %s)", caller, name, ...
             nearest_name (name, known), strjoin (known', ", "));
    endif
  endfor
endfunction
