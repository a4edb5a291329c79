## SPDX-License-Identifier: GPL-3.0-or-later

## style = plot_curve (c): properties of a line of colour c.

function style = plot_curve (c)
  style = {"linestyle", "-", "linewidth", 2, "color", c};
endfunction
