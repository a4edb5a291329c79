## SPDX-License-Identifier: GPL-3.0-or-later

## y = field_gradient (caller, axis, U, dx, boundary, scheme, velocity or value, value)

function y = field_gradient (caller, axis, U, dx, boundary, scheme = "central", varargin)
  if (! isnumeric (dx) || ! isreal (dx) || ! isscalar (dx) || ! (dx > 0) || isinf (dx))
    error ("hybridsam:field:spacing", "%s: the distance of pixels must be a number > 0, got %s", caller, short_text (dx));
  endif
  if (! ischar (scheme) || ! any (strcmp (scheme, {"central", "upwind"})))
    error ("hybridsam:field:scheme", "%s: the scheme must be central or upwind, got %s", caller, short_text (scheme));
  endif
  upwind = strcmp (scheme, "upwind");
  outside = 0;
  if (numel (varargin) > upwind)
    outside = varargin{1 + upwind};
  endif
  along = @(K) K / dx;
  if (strcmp (axis, "y") || size (U, 2) == 1)
    along = @(K) K' / dx;
  endif
  apply = @(K) field_stencil (caller, U, along (K), boundary, outside);
  if (! upwind)
    y = apply ([-1 0 1] / 2);
    return;
  endif
  if (isempty (varargin) || ! (isnumeric (varargin{1}) || isa (varargin{1}, "hybrid_expr")) || ! (numel (varargin{1}) == 1 || isequal (size (varargin{1}), size (U))))
    error ("hybridsam:field:velocity", "%s: upwind needs a velocity, a number or a field of the size of U", caller);
  endif
  v = varargin{1};
  if (numel (v) == 1 && ! isscalar (zeros (size (U))))
    v = v * ones (size (U));
  endif
  y = hybrid_ifelse (v > 0, apply ([-1 1 0]), apply ([0 -1 1]));
endfunction
