## SPDX-License-Identifier: GPL-3.0-or-later

## A number becomes a constant of the graph.

function e = lift (x)
  if (isa (x, "hybrid_expr"))
    e = x;
  elseif (is_function_handle (x))
    refuse ("value", "a function (such as a network) where a number was expected", ...
            "call it, and inside [ ] without a space before the parenthesis: nn.f(x), since [nn.f (x)] is two elements");
  elseif (! (isnumeric (x) || islogical (x)) || ! isreal (x) || ndims (x) > 3)
    kind = {"", "complex "}{1 + (isnumeric (x) && iscomplex (x))};
    refuse ("value", sprintf ("a %s%s value where a number was expected", kind, class (x)), "use real numbers and matrices");
  elseif (isempty (x))
    refuse ("value", sprintf ("an empty value (%d x %d) where a number was expected", rows (x), columns (x)), "use real numbers and matrices");
  else
    x = double (full (x));
    attr = x(:);
    if (all (attr == attr(1)))
      attr = attr(1);
    endif
    e = paged (node ("const", rows (x), columns (x) * size (x, 3), [], attr), size (x, 3));
  endif
endfunction
