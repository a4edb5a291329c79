## SPDX-License-Identifier: GPL-3.0-or-later

## a = plot_panel (h, m, n, k): axes number k of m x n, row by row, below the strip of the legend.

function a = plot_panel (h, m, n, k)
  row = ceil (k / n);
  column = k - (row - 1) * n;
  width = 0.93 / n;
  height = 0.91 / m;
  a = axes ("parent", h, "position", [0.07 + (column - 1) * width, 0.02 + (m - row) * height + 0.07, width - 0.07, height - 0.11], ...
            "fontsize", 14, "box", "off", "ticklength", [0.005 0.005], "ygrid", "on", "nextplot", "add");
endfunction
