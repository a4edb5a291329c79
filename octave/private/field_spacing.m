## SPDX-License-Identifier: GPL-3.0-or-later

## dx = field_spacing (caller, dx): the distances of pixels along x (columns) and y (rows), from one or two numbers > 0.

function dx = field_spacing (caller, dx)
  if (! isnumeric (dx) || ! isreal (dx) || ! any (numel (dx) == [1 2]) || ! all (dx > 0 & isfinite (dx)))
    error ("hybridsam:field:spacing", "%s: the distance of pixels must be one number > 0, or two (x, y), got %s", caller, short_text (dx));
  endif
  dx = double ([dx(:)', dx(1)](1:2));
endfunction
