## SPDX-License-Identifier: GPL-3.0-or-later

## plot_loosen (a): room around the curves.

function plot_loosen (a)
  axis (a, "tight");
  y = get (a, "ylim");
  if (strcmp (get (a, "yscale"), "linear"))
    set (a, "ylim", y + [-0.05 0.05] * diff (y));
  endif
endfunction
