## SPDX-License-Identifier: GPL-3.0-or-later

function check_model (caller, room, model)
  if (! isstruct (model) || ! isscalar (model) || ! isfield (model, "type") || ! strcmp (model.type, "hybrid_model"))
    error (["hybridsam:" room ":model"], "%s: MODEL must come from hybrid_model, got %s", caller, short_text (model));
  endif
endfunction
