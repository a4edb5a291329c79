## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{y} =} hybrid_laplacian (@var{U}, @var{dx}, @var{boundary})
## @deftypefnx {} {@var{y} =} hybrid_laplacian (@var{U}, @var{dx}, @var{boundary}, @var{value})
## Second-order Laplacian of a field: d2U/dx2 + d2U/dy2, five points, or three where the field has one column (or one row).
##
## @var{U} is H x W or H x 1, numbers or a quantity of a model being traced; @var{dx} the distance of pixels, or [dx dy] (columns, rows).
## @var{boundary} is @qcode{"periodic"}, @qcode{"replicate"} (the nearest pixel goes on: no flux through the edge, half a pixel outside the last one), or
## @qcode{"dirichlet"} with the @var{value} that stands outside (default 0).
##
## With @qcode{"periodic"} and @qcode{"replicate"} the sum of the result is 0: diffusion conserves mass.
##
## @example
## rhs = @@(t, x, u, p, nn) p.D * hybrid_laplacian (x.U, 0.1, "periodic");
## @end example
##
## Errors: @code{hybridsam:field:*}.
## @seealso{hybrid_stencil, hybrid_gradient_x, hybrid_gradient_y}
## @end deftypefn

function y = hybrid_laplacian (U, dx, boundary, value = 0)
  if (nargin < 3)
    error ("hybridsam:field:usage", "hybrid_laplacian: a field, a distance and a boundary are needed: hybrid_laplacian (U, dx, \"periodic\")");
  endif
  dx = field_spacing ("hybrid_laplacian", dx);
  second = [1 -2 1];
  if (size (U, 2) == 1)
    K = second' / dx(1) ^ 2;  # along the only dimension
  elseif (size (U, 1) == 1)
    K = second / dx(1) ^ 2;
  else
    K = zeros (3);
    K(2,:) = second / dx(1) ^ 2;
    K(:,2) += second' / dx(2) ^ 2;
  endif
  y = field_stencil ("hybrid_laplacian", U, K, boundary, value);
endfunction

%!test
%! [X, Y] = meshgrid (1:5, 1:4);
%! L = hybrid_laplacian (X .^ 2 + 3 * Y .^ 2, 1, "replicate");
%! assert (L(2:3,2:4), 8 * ones (2, 3));
%! L = hybrid_laplacian (X .^ 2 + 3 * Y .^ 2, [1 2], "replicate");
%! assert (L(2:3,2:4), (2 + 6 / 4) * ones (2, 3));
%! assert (sum (hybrid_laplacian (magic (4), 0.1, "periodic")(:)), 0, 1e-10);
%! assert (hybrid_laplacian ([1; 4; 9], 1, "dirichlet"), [2; 2; -14]);
%!error id=hybridsam:field:usage hybrid_laplacian (1)
%!error id=hybridsam:field:spacing hybrid_laplacian (ones (3), 0, "periodic")
%!error id=hybridsam:field:spacing hybrid_laplacian (ones (3), [1 2 3], "periodic")
%!error id=hybridsam:field:boundary hybrid_laplacian (ones (3), 1, "open")
%!error id=hybridsam:field:kernel hybrid_laplacian (ones (2), 1, "periodic")
