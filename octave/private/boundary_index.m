## SPDX-License-Identifier: GPL-3.0-or-later

## k = boundary_index (n, shift, boundary): which of n pixels stands at each place shifted by so many; 0: none (dirichlet).

function k = boundary_index (n, shift, boundary)
  k = (1:n) + shift;
  switch (boundary)
    case "periodic"
      k = mod (k - 1, n) + 1;
    case "replicate"
      k = min (max (k, 1), n);
    otherwise
      k(k < 1 | k > n) = 0;
  endswitch
endfunction
