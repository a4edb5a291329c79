## SPDX-License-Identifier: GPL-3.0-or-later

## style = plot_dots (c): properties of points of colour c.

function style = plot_dots (c)
  style = {"linestyle", "none", "marker", ".", "markersize", 9, "color", c};
endfunction
