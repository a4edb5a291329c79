## SPDX-License-Identifier: GPL-3.0-or-later

## Small whole powers become products: faster, and defined for negative numbers with a derivative.

function r = power (a, b)
  if (! isnumeric (b) || ! isscalar (b) || isa (b, "hybrid_expr"))
    r = binary ("pow", a, b);
    return;
  endif
  switch (b)
    case 0
      r = 0 * a + 1;
    case 0.5
      r = sqrt (a);
    case 1
      r = a;
    case 2
      r = unary ("square", a);
    case 3
      r = unary ("square", a) .* a;
    case 4
      r = unary ("square", unary ("square", a));
    case -1
      r = 1 ./ a;
    otherwise
      r = binary ("pow", a, b);
  endswitch
endfunction
