## SPDX-License-Identifier: GPL-3.0-or-later

function check_net_input (net, name, x)
  if (size (x, 1) != net.layers(1))
    error ("hybridsam:model:network", ["network %s takes a column of %d inputs (or a matrix with %d rows), got %d x %d; " ...
                                       "stack its inputs as [a; b]"], name, net.layers(1), net.layers(1), size (x, 1), size (x, 2));
  endif
endfunction
