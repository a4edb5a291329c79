## SPDX-License-Identifier: GPL-3.0-or-later

## r = with_own (model, which, r): derivatives and initial values of the core's states: the user's, then zeros for the trajectory's own parameters,
## which do not change and whose initial values come from elsewhere.

function r = with_own (model, which, r)
  if (model.n_own && ! strcmp (which, "output"))
    r = [r; zeros(model.n_own, 1)];
  endif
endfunction
