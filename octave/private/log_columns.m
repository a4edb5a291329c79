## SPDX-License-Identifier: GPL-3.0-or-later

## Columns of the core's log before the parameters: iteration, loss, loss_perturbed, penalty, gradient_norm, validation, seconds.

function n = log_columns ()
  n = 7;
endfunction
