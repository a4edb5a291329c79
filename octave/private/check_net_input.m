## SPDX-License-Identifier: GPL-3.0-or-later

function check_net_input (net, name, x)
  if (isempty (net.kernel))
    if (size (x, 1) != net.layers(1) || ndims (x) > 2)
      error ("hybridsam:model:network", ["network %s takes a column of %d inputs (or a matrix with %d rows), got %s; " ...
                                         "stack its inputs as [a; b]"], name, net.layers(1), net.layers(1), sizes_text (x));
    endif
  elseif (size (x, 3) != net.layers(1) || ndims (x) > 3)
    error ("hybridsam:model:network", "network %s takes %d channels along the third dimension, got %s; stack fields as cat (3, U, V)", name, net.layers(1), sizes_text (x));
  elseif (any (size (x)(1:2) < net.kernel))
    error ("hybridsam:model:kernel", "network %s has a kernel of %d x %d, larger than the field of %d x %d", name, net.kernel, size (x)(1:2));
  endif
endfunction

function text = sizes_text (x)
  text = strjoin (arrayfun (@(n) sprintf ("%d", n), size (x), "UniformOutput", false), " x ");
endfunction
