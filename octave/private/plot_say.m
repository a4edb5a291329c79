## SPDX-License-Identifier: GPL-3.0-or-later

## plot_say (a, x, y, head): labels and title of axes, as they are written.

function plot_say (a, x, y, head)
  xlabel (a, x, "interpreter", "none", "fontsize", 14);
  ylabel (a, y, "interpreter", "none", "fontsize", 14);
  title (a, head, "interpreter", "none", "fontweight", "normal", "fontsize", 14);
endfunction
