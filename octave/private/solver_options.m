## SPDX-License-Identifier: GPL-3.0-or-later

## list = solver_options (opt): the options of a run that say how trajectories are solved, as NAME, VALUE, ...

function list = solver_options (opt)
  list = {};
  for name = {"solver", "cvode_method", "step", "rtol", "atol", "max_steps"}
    list = [list, name, {opt.(name{1})}];
  endfor
endfunction
