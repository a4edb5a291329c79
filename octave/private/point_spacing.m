## SPDX-License-Identifier: GPL-3.0-or-later

## e = point_spacing (free, fixed, value, quantile, points): so far apart are POINTS points on each side of a parameter's value, with its standard error
## while the networks are free and while they are fixed. They reach one and a half half-widths of the interval, but no further than the parameter's own
## size.

function e = point_spacing (free, fixed, value, quantile, points)
  reach = 1.5 * quantile * free;
  most = max (abs (value), 4 * quantile * fixed);
  if (most == 0 || ! isfinite (most))
    most = 1;
  endif
  e = min (reach, most) / points;
endfunction
