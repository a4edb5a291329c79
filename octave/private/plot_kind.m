## SPDX-License-Identifier: GPL-3.0-or-later

## [kind, args] = plot_kind (args, what, known): args are [KIND], NAME, VALUE, ... of hybrid_plot; KIND is one of the known, by default the first.

function [kind, args] = plot_kind (args, what, known)
  kind = known{1};
  if (mod (numel (args), 2))
    kind = args{1};
    args(1) = [];
    if (! ischar (kind) || ! any (strcmp (kind, known)))
      error ("hybridsam:plot:kind", "hybrid_plot: of a %s KIND can be %s, got %s", what, strjoin (known, " or "), short_text (kind));
    endif
  endif
endfunction
