## SPDX-License-Identifier: GPL-3.0-or-later

## A model is opaque: whoever edits its fields may leave numbers in it that no index and no size can be. Graphs are checked by the core.

function check_model (caller, room, model)
  if (! isstruct (model) || ! isscalar (model) || ! isfield (model, "type") || ! strcmp (model.type, "hybrid_model"))
    error (["hybridsam:" room ":model"], "%s: MODEL must come from hybrid_model, got %s", caller, short_text (model));
  endif
  name = bad_number (rmfield (model, {"graphs", "functions", "constants"}));
  if (! isempty (name))
    error (["hybridsam:" room ":model"], "%s: MODEL%s is not finite; a model from hybrid_model is not to be edited, declare another", caller, name);
  endif
endfunction

## The first field with a number that is not finite. A bound or a spread may be the infinity that stands for none.
function name = bad_number (x)
  persistent none = struct ("lower", -Inf, "upper", Inf, "prior_spread", Inf);
  name = "";
  names = fieldnames (x);
  values = reshape (struct2cell (x(:)), numel (names), numel (x));
  for k = find (any (cellfun (@isfloat, values), 2))'
    a = cellfun (@vec, values(k,:), "UniformOutput", false);
    a = vertcat (a{:});
    if (isfield (none, names{k}))
      a(a == none.(names{k})) = 0;
    endif
    if (! all (isfinite (a)))
      name = ["." names{k}];
      return;
    endif
  endfor
  for k = find (any (cellfun (@isstruct, values), 2))'
    inside = cellfun (@bad_number, values(k,:), "UniformOutput", false);
    inside = [inside{:}];
    if (! isempty (inside))
      name = ["." names{k} inside];
      return;
    endif
  endfor
endfunction
