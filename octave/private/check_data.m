## SPDX-License-Identifier: GPL-3.0-or-later

function check_data (caller, room, data)
  if (! isa (data, "hybrid_dataset"))
    error (["hybridsam:" room ":data"], "%s: DATA must come from hybrid_data or hybrid_segment, got %s", caller, short_text (data));
  endif
endfunction
