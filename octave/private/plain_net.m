## SPDX-License-Identifier: GPL-3.0-or-later

## y = plain_net (net, values, x): the network with plain numbers; values.W{l}, values.b{l}; x is n_in x K.

function y = plain_net (net, name, values, x)
  check_net_input (net, name, x);
  last = numel (values.W);
  y = x;
  for l = 1:last
    y = values.W{l} * y + values.b{l};
    if (l < last)
      y = activate (net.activation, y);
    endif
  endfor
endfunction

function y = activate (name, y)
  switch (name)
    case "tanh"
      y = tanh (y);
    case "relu"
      y(y < 0) = 0;
    case "softplus"
      y = max (y, 0) + log1p (exp (-abs (y)));
    case "sigmoid"
      y = 1 ./ (1 + exp (-y));
    case "silu"
      y = y ./ (1 + exp (-y));
  endswitch
endfunction
