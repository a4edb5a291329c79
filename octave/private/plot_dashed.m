## SPDX-License-Identifier: GPL-3.0-or-later

## style = plot_dashed (c): properties of a dashed line of colour c.

function style = plot_dashed (c)
  style = {"linestyle", "--", "linewidth", 2, "color", c};
endfunction
