## SPDX-License-Identifier: GPL-3.0-or-later

## y = traced_net (net, name, first, x): record the layers; the network's weights start at element `first` of the values.

function y = traced_net (net, name, first, x)
  check_net_input (net, name, x);
  if (! isa (x, "hybrid_expr"))
    x = hybrid_expr (node_of (__hybrid_tape__ ("node", "const", rows (x), columns (x) * size (x, 3), [], double (x(:)))), rows (x), columns (x) * size (x, 3), size (x, 3));
  endif
  names = activation_names ();
  y = x;
  last = numel (net.layers) - 1;
  for l = 1:last
    n_in = net.layers(l);
    n_out = net.layers(l+1);
    act = 0;
    if (l < last)
      act = find (strcmp (net.activation, names)) - 1;
    endif
    if (isempty (net.kernel))
      y = __hybrid_tape__ ("node", "dense", n_out, columns (x), node_of (y), [first, first + n_in*n_out, n_in, n_out, act, l == last]);
      first += n_out * (n_in + 1);
    else
      weights = prod (net.kernel) * n_in * n_out;
      [H, W] = deal (size (x, 1), size (x, 2));
      y = __hybrid_tape__ ("node", "conv", H, W * n_out, node_of (y), [first, first + weights, n_in, n_out, act, l == last, net.kernel, H, W, strcmp(net.boundary, "replicate")]);
      y = hybrid_expr (node_of (y), H, W * n_out, n_out);
      first += weights + n_out;
    endif
  endfor
endfunction
