## SPDX-License-Identifier: GPL-3.0-or-later

## plot_explain (h, styles, texts): one legend for the figure, in a strip above the axes, where it hides no data. Octave's own legend would change the size of the
## axes. STYLES: one cell of plot properties for each text.

function plot_explain (h, styles, texts)
  a = axes ("parent", h, "position", [0.07 0.95 0.92 0.04], "visible", "off", "xlim", [0 1], "ylim", [0 1], "nextplot", "add");
  x = 0;
  for k = 1:numel (texts)
    plot (a, x + [0 0.015 0.03], [0.5 0.5 0.5], styles{k}{:});
    text (x + 0.038, 0.5, texts{k}, "parent", a, "interpreter", "none", "fontsize", 14);
    x += 0.07 + 0.0085 * numel (texts{k});
  endfor
endfunction
