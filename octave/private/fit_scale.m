## SPDX-License-Identifier: GPL-3.0-or-later

## scale = fit_scale (fit): what a fit's residuals were divided by, as the option "scale" takes it.

function scale = fit_scale (fit)
  scale = "none";
  if (! isempty (fit.info.scale))
    scale = fit.info.scale;
  endif
endfunction
