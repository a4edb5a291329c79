## SPDX-License-Identifier: GPL-3.0-or-later

## y = plain_net (net, values, x): the network with plain numbers; values.W{l}, values.b{l}; x is n_in x K.

function y = plain_net (net, name, values, x)
  check_net_input (net, name, x);
  last = numel (values.W);
  y = x;
  for l = 1:last
    if (isempty (net.kernel))
      y = values.W{l} * y + values.b{l};
    else
      y = convolved (values.W{l}, values.b{l}, y, net);
    endif
    if (l < last)
      y = activate (net.activation, y);
    endif
  endfor
endfunction

function y = convolved (W, b, x, net)
  y = reshape (b, 1, 1, []) + zeros (size (x, 1), size (x, 2), numel (b));
  for j = 1:net.kernel(2)
    for i = 1:net.kernel(1)
      seen = x(boundary_index (size (x, 1), i - (net.kernel(1) + 1) / 2, net.boundary), boundary_index (size (x, 2), j - (net.kernel(2) + 1) / 2, net.boundary), :);
      for o = 1:numel (b)
        y(:,:,o) += sum (reshape (W(i,j,:,o), 1, 1, []) .* seen, 3);
      endfor
    endfor
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
