## SPDX-License-Identifier: GPL-3.0-or-later

## Octave asks this of the condition of if and while.

function r = logical (a)
  refuse ("branch", "a branch on a traced value (if, while, &&, ||, !)", "write hybrid_ifelse (mask, a, b), which keeps both branches");
endfunction
