## SPDX-License-Identifier: GPL-3.0-or-later

## The activations in the order of their numbers in the core (hs_activation in src/tape/tape.h).

function names = activation_names ()
  names = {"identity", "tanh", "relu", "softplus", "sigmoid", "silu"};
endfunction
