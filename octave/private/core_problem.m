## SPDX-License-Identifier: GPL-3.0-or-later

## [cm, d, layout] = core_problem (caller, model, data, measured): model and data as the core reads them, together, since the values of single
## trajectories are as many as the data have. MEASURED: measurements are needed (to fit), not only times and initial states (to simulate).

function [cm, d, layout] = core_problem (caller, model, data, measured)
  if (isobject (data))
    data = parts (data);
  endif
  layout = local_layout (model, data);
  [d, layout.x0] = core_data (caller, model, data, measured, layout);
  cm = core_model (model, layout, data.spread);
endfunction
