## SPDX-License-Identifier: GPL-3.0-or-later

## What a model function returned (a column, a struct with the names, or a cell array in their order) as one column, numbers or traced.

function r = result_column (model, which, r)
  if (isstruct (r))
    r = by_name (model, which, r);
  endif
  if (iscell (r))
    pieces = cellfun (@(e) reshape (e, [], 1), r, "UniformOutput", false);
    r = vertcat (pieces{:});
  endif
  if (! (isa (r, "hybrid_expr") || ((isnumeric (r) || islogical (r)) && isreal (r))))
    error ("hybridsam:model:result", "hybrid_model: %s returned a %s; it must return a real column, a struct or a cell array", which, ...
           class (r));
  endif
  if (! isa (r, "hybrid_expr"))
    r = double (r);
  endif
  r = reshape (r, [], 1);
endfunction

function r = by_name (model, which, s)
  if (strcmp (which, "output"))
    names = fieldnames (s)';
    if (model.outputs_named)
      names = model.outputs;
    endif
  else
    names = {model.states.name};
  endif
  for k = 1:numel (names)
    if (! isfield (s, names{k}))
      error ("hybridsam:model:result", "hybrid_model: %s returned a struct without the field %s", which, names{k});
    endif
  endfor
  extra = setdiff (fieldnames (s)', names);
  if (! isempty (extra))
    error ("hybridsam:model:result", "hybrid_model: %s returned a struct with the unknown field %s; known are %s", which, extra{1}, ...
           strjoin (names, ", "));
  endif
  r = cellfun (@(n) s.(n), names, "UniformOutput", false);
endfunction
