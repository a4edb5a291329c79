## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{r} =} hybrid_ifelse (@var{mask}, @var{a}, @var{b})
## @var{a} where @var{mask} is true, @var{b} elsewhere, elementwise.
##
## Inside a model function an @code{if} on a state, input or parameter cannot be traced; this can.  All three
## arguments have one shape, or are scalar.  Both @var{a} and @var{b} are evaluated, but a value or derivative that is not
## finite in the branch not taken does not reach the result.  NaN and Inf are numbers like others; as a mask they are true.
##
## @example
## drag = hybrid_ifelse (x.v > 0, p.c * x.v, 0);
## @end example
##
## Errors: @code{hybridsam:ifelse:usage}, @code{hybridsam:ifelse:shape}.
## @seealso{hybrid_model}
## @end deftypefn

function r = hybrid_ifelse (mask, a, b)
  if (nargin != 3)
    error ("hybridsam:ifelse:usage", "hybrid_ifelse: three arguments are needed: hybrid_ifelse (mask, a, b)");
  endif
  for given = {mask, a, b}
    if (! (isnumeric (given{1}) || islogical (given{1})))
      error ("hybridsam:ifelse:usage", "hybrid_ifelse: mask, a and b must be numbers, got a %s", class (given{1}));
    endif
  endfor
  sizes = {size(mask), size(a), size(b)};
  counts = [numel(mask), numel(a), numel(b)];
  [n, k] = max (counts);
  for i = find (counts != 1)
    if (! isequal (sizes{i}, sizes{k}))
      error ("hybridsam:ifelse:shape", "hybrid_ifelse: mask is %s, a is %s, b is %s; they must have one shape or be scalar", ...
             sprintf ("%dx%d", sizes{1}), sprintf ("%dx%d", sizes{2}), sprintf ("%dx%d", sizes{3}));
    endif
  endfor
  if (isa (mask, "hybrid_expr") || isa (a, "hybrid_expr") || isa (b, "hybrid_expr"))
    ids = cellfun (@as_node, {mask, a, b});
    r = __hybrid_tape__ ("node", "select", sizes{k}(1), sizes{k}(2), ids, []);
    return;
  endif
  r = zeros (sizes{k});
  mask = mask != 0 & true (sizes{k});
  a = a + zeros (sizes{k});
  b = b + zeros (sizes{k});
  r(mask) = a(mask);
  r(! mask) = b(! mask);
endfunction

function id = as_node (x)
  if (! isa (x, "hybrid_expr"))
    x = double (x);
    x = __hybrid_tape__ ("node", "const", rows (x), columns (x), [], x(:));
  endif
  id = node_of (x);
endfunction

%!assert (hybrid_ifelse ([true false], [1 2], [3 4]), [1 4])
%!assert (hybrid_ifelse ([1 0; 0 1], 5, [1 2; 3 4]), [5 2; 3 5])
%!assert (hybrid_ifelse (true, NaN, 3), NaN)
%!assert (hybrid_ifelse (false, NaN, 3), 3)
%!error id=hybridsam:ifelse:usage hybrid_ifelse (1)
%!error id=hybridsam:ifelse:shape hybrid_ifelse ([1 0], [1 2 3], 1)
