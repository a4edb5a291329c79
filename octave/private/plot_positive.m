## SPDX-License-Identifier: GPL-3.0-or-later

## y = plot_positive (y): NaN, which is not drawn, for what has no logarithm.

function y = plot_positive (y)
  y(! (y > 0)) = NaN;
endfunction
