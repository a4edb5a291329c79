## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{y} =} hybrid_stencil (@var{U}, @var{K}, @var{boundary}, @var{value})
## Apply a constant stencil to a field: y(i,j) is the sum of K(a,b) U(i+a-p, j+b-q), with the middle of @var{K} at (i,j).
##
## @var{U} is H x W, or H x 1; numbers, or a quantity of a model being traced.  @var{K} has odd numbers of rows and columns, at most 31.
## @var{boundary} is @qcode{"periodic"}, @qcode{"replicate"} (the nearest pixel goes on: no flux through the edge, half a pixel outside the last one), or
## @qcode{"dirichlet"} with the @var{value} that stands outside (default 0).
##
## @example
## hybrid_stencil ([0; 1; 0], [1; -2; 1], "replicate")
##     @result{} [1; -2; 1]
## @end example
##
## Errors: @code{hybridsam:field:*}.
## @seealso{hybrid_laplacian, hybrid_gradient_x, hybrid_gradient_y, hybrid_net}
## @end deftypefn

function y = hybrid_stencil (U, K, boundary, value = 0)
  if (nargin < 3)
    error ("hybridsam:field:usage", "hybrid_stencil: a field, a stencil and a boundary are needed: hybrid_stencil (U, K, \"periodic\")");
  endif
  y = field_stencil ("hybrid_stencil", U, K, boundary, value);
endfunction

%!assert (hybrid_stencil ([0; 1; 0], [1; -2; 1], "replicate"), [1; -2; 1])
%!test  # a correlation, not a convolution: K is not turned round
%! U = magic (4);
%! assert (hybrid_stencil (U, [0 0 1], "periodic"), U(:,[2 3 4 1]));
%! assert (hybrid_stencil (U, [0 0 1], "replicate"), U(:,[2 3 4 4]));
%! assert (hybrid_stencil (U, [0; 0; 1], "dirichlet", 7), [U(2:4,:); 7 7 7 7]);
%! assert (hybrid_stencil (U, ones (3), "dirichlet"), conv2 (U, ones (3), "same"), 1e-12);
%!error id=hybridsam:field:usage hybrid_stencil (1, 1)
%!error id=hybridsam:field:field hybrid_stencil ("abc", 1, "periodic")
%!error id=hybridsam:field:field hybrid_stencil (ones (2, 2, 2), 1, "periodic")
%!error id=hybridsam:field:field hybrid_stencil (i * ones (3), 1, "periodic")
%!error id=hybridsam:field:kernel hybrid_stencil (ones (3), ones (2), "periodic")
%!error id=hybridsam:field:kernel hybrid_stencil (ones (3), ones (5), "periodic")
%!error id=hybridsam:field:kernel hybrid_stencil (ones (3), NaN, "periodic")
%!error id=hybridsam:field:boundary hybrid_stencil (ones (3), 1, "reflect")
%!error id=hybridsam:field:value hybrid_stencil (ones (3), 1, "dirichlet", NaN)
