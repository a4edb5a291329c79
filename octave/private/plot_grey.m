## SPDX-License-Identifier: GPL-3.0-or-later

## c = plot_grey (): what is neither one thing nor the other.

function c = plot_grey ()
  c = [0.45 0.45 0.45];
endfunction
