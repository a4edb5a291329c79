## SPDX-License-Identifier: GPL-3.0-or-later

## y = traced_net (net, name, first, x): record the layers; the network's weights start at element `first` of the values.

function y = traced_net (net, name, first, x)
  check_net_input (net, name, x);
  if (! isa (x, "hybrid_expr"))
    x = __hybrid_tape__ ("node", "const", rows (x), columns (x), [], double (x(:)));
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
    y = __hybrid_tape__ ("node", "dense", n_out, columns (x), node_of (y), [first, first + n_in*n_out, n_in, n_out, act, l == last]);
    first += n_out * (n_in + 1);
  endfor
endfunction
