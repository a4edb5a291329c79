## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{y} =} hybrid_gradient_y (@var{U}, @var{dy}, @var{boundary})
## @deftypefnx {} {@var{y} =} hybrid_gradient_y (@var{U}, @var{dy}, @var{boundary}, @qcode{"central"}, @var{value})
## @deftypefnx {} {@var{y} =} hybrid_gradient_y (@var{U}, @var{dy}, @var{boundary}, @qcode{"upwind"}, @var{velocity}, @var{value})
## First derivative of a field along y, its rows.
##
## @qcode{"central"} (default) is of second order.  @qcode{"upwind"} is of first order and looks to where @var{velocity} (a number or a field) comes from: backward where it is
## > 0, forward elsewhere; stable for advection.
## @var{boundary} is @qcode{"periodic"}, @qcode{"replicate"} (the nearest pixel goes on: no flux through the edge, half a pixel outside the last one), or
## @qcode{"dirichlet"} with the @var{value} that stands outside (default 0).
##
## @example
## rhs = @@(t, x, u, p, nn) -p.c * hybrid_gradient_y (x.U, 0.1, "periodic", "upwind", p.c);
## @end example
##
## Errors: @code{hybridsam:field:*}.
## @seealso{hybrid_gradient_x, hybrid_laplacian, hybrid_stencil}
## @end deftypefn

function y = hybrid_gradient_y (U, dy, boundary, varargin)
  if (nargin < 3)
    error ("hybridsam:field:usage", "hybrid_gradient_y: a field, a distance and a boundary are needed: hybrid_gradient_y (U, dy, \"periodic\")");
  endif
  y = field_gradient ("hybrid_gradient_y", "y", U, dy, boundary, varargin{:});
endfunction

%!test
%! [X, Y] = meshgrid (1:5, 1:4);
%! assert (hybrid_gradient_y (Y .^ 2, 1, "periodic")(2:3,2:4), 2 * Y(2:3,2:4));
%! back = hybrid_gradient_y (Y .^ 2, 0.5, "replicate", "upwind", 1);
%! assert (back(2:3,2:4), (2 * Y(2:3,2:4) - 1) / 0.5);
%! ahead = hybrid_gradient_y (Y .^ 2, 0.5, "replicate", "upwind", -ones (4, 5));
%! assert (ahead(2:3,2:4), (2 * Y(2:3,2:4) + 1) / 0.5);
%! assert (hybrid_gradient_y (ones (3), 1, "dirichlet", "central", 1), zeros (3));
%!error id=hybridsam:field:usage hybrid_gradient_y (1, 1)
%!error id=hybridsam:field:scheme hybrid_gradient_y (ones (3), 1, "periodic", "centered")
%!error id=hybridsam:field:velocity hybrid_gradient_y (ones (3), 1, "periodic", "upwind")
%!error id=hybridsam:field:velocity hybrid_gradient_y (ones (3), 1, "periodic", "upwind", ones (2))
%!error id=hybridsam:field:spacing hybrid_gradient_y (ones (3), [1 1], "periodic")
%!error id=hybridsam:field:boundary hybrid_gradient_y (ones (3), 1, 3)
