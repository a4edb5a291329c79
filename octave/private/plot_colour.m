## SPDX-License-Identifier: GPL-3.0-or-later

## c = plot_colour (k): colour number k of a palette that colour-blind eyes can tell apart (Okabe and Ito), again from the start after the last.

function c = plot_colour (k)
  palette = [0 114 178; 213 94 0; 0 158 115; 204 121 167; 230 159 0; 86 180 233] / 255;
  c = palette(mod (k - 1, rows (palette)) + 1,:);
endfunction
