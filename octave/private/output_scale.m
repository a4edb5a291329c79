## SPDX-License-Identifier: GPL-3.0-or-later

## s = output_scale (caller, data, given): what the residuals of each output are divided by (n_y x 1), [] for 1. "auto": the standard deviation of its
## measurements; an output that does not vary is left alone.

function s = output_scale (caller, data, given)
  s = [];
  n_y = columns (data.y);
  if (isempty (given) || (ischar (given) && strcmp (given, "none")))
    return;
  endif
  if (ischar (given) && strcmp (given, "auto"))
    s = ones (n_y, 1);
    for i = 1:n_y
      sd = std (data.y(! isnan (data.y(:,i)),i));
      if (sd > 0)
        s(i) = sd;
      endif
    endfor
  elseif (isnumeric (given) && isreal (given) && numel (given) == n_y && all (isfinite (given(:)) & given(:) > 0))
    s = double (given(:));
  else
    error ("hybridsam:option:value", "%s: \"scale\" must be \"none\", \"auto\" or %d numbers > 0, one an output, got %s", caller, n_y, short_text (given));
  endif
endfunction
