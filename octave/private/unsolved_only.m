## SPDX-License-Identifier: GPL-3.0-or-later

## Pass over an error that says that a trajectory cannot be solved; raise any other.

function unsolved_only (e)
  if (! strcmp (e.identifier, "hybridsam:solve:unsolved"))
    rethrow (e);
  endif
endfunction
