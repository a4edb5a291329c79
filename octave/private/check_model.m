## SPDX-License-Identifier: GPL-3.0-or-later

## A model is opaque: whoever edits its fields may leave numbers in it that no index and no size can be. Graphs are checked by the core.

function check_model (caller, room, model)
  if (! isstruct (model) || ! isscalar (model) || ! isfield (model, "type") || ! strcmp (model.type, "hybrid_model"))
    error (["hybridsam:" room ":model"], "%s: MODEL must come from hybrid_model, got %s", caller, short_text (model));
  endif
  name = core ("not_finite", model);
  if (! isempty (name))
    error (["hybridsam:" room ":model"], "%s: MODEL%s is not finite; a model from hybrid_model is not to be edited, declare another", caller, name);
  endif
endfunction
