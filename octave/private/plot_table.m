## SPDX-License-Identifier: GPL-3.0-or-later

## [draw, file] = plot_table (tab, args): how hybrid_plot draws a table of hybrid_compare.

function [draw, file] = plot_table (tab, args)
  [~, args] = plot_kind (args, "table", {"comparison"});
  file = parse_options ("hybrid_plot", struct ("file", ""), args{:}).file;
  needed = {"labels", "measures", "median", "low", "high", "task"};
  if (! all (isfield (tab, needed)) || ! isequal (size (tab.median), size (tab.low), size (tab.high), [numel(tab.labels), numel(tab.measures)]))
    error ("hybridsam:plot:fit", "hybrid_plot: this is no table of hybrid_compare any more; its fields were changed");
  endif
  shown = find (any (isfinite (tab.median), 1) & ! strcmp (tab.measures, "validation_error"));
  if (isempty (shown))
    error ("hybridsam:plot:history", "hybrid_plot: the table has no finished run to draw");
  endif
  draw = @(h) arrayfun (@(j) draw_measure (h, tab, shown(j), j, numel (shown)), 1:numel (shown));
endfunction

## Column j of n: measure k, methods from the top. Logarithmic where all is positive and spans half a decade.
function draw_measure (h, tab, k, j, n)
  m = numel (tab.labels);
  left = 0.15;
  width = (0.98 - left) / n;
  a = axes ("parent", h, "position", [left + (j - 1) * width + 0.01, 0.1, width - 0.045, 0.8], "fontsize", 14, "box", "off", "ticklength", [0.005 0.005], ...
            "xgrid", "on", "nextplot", "add", "ydir", "reverse", "ylim", [0.5, m + 0.5], "ytick", 1:m, "yticklabel", {}, "ticklabelinterpreter", "none");
  numbers = [tab.median(:,k); tab.low(:,k); tab.high(:,k)];
  numbers = numbers(isfinite (numbers));
  if (all (numbers > 0) && max (numbers) > 3 * min (numbers) && ! strcmp (tab.measures{k}, "network_share"))
    decades = floor (log10 (min (numbers))):ceil (log10 (max (numbers)) + 1e-9);
    set (a, "xscale", "log", "xlim", 10 .^ decades([1 end]), "xtick", 10 .^ decades(1:ceil (numel (decades) / 3):end));
  else
    most = max ([numbers; eps]);
    unit = 10 ^ floor (log10 (most));
    set (a, "xlim", [0, unit * ceil(most / unit)], "xtick", unit * ceil (most / unit) * [0 0.5 1]);
  endif
  for i = 1:m
    c = plot_colour (1 + (strncmpi (tab.labels{i}, "erm", 3)));
    plot (a, [tab.low(i,k), tab.high(i,k)], [i i], plot_curve (0.5 * c + 0.5){:});
    plot (a, tab.median(i,k), i, "linestyle", "none", "marker", ".", "markersize", 22, "color", c);
    if (j == 1)
      text (-0.03, i, tab.labels{i}, "parent", a, "units", "data", "horizontalalignment", "right", "interpreter", "none", "fontsize", 14, ...
            "position", [label_place(a), i]);
    endif
  endfor
  heads = struct ("theta_error", {{"error of theta", "1 - cosine of theta"}}, "test_error", "test error", "shifted_error", "error, shifted test", ...
                  "network_share", "share of the network", "seconds", "seconds");
  head = strrep (tab.measures{k}, "_", " ");
  if (isfield (heads, tab.measures{k}))
    head = heads.(tab.measures{k});
  endif
  if (iscell (head))
    head = head{1 + strcmp(tab.task.measure, "cosine")};
  endif
  plot_say (a, "", "", head);
endfunction

## Left of the axes, in its own units.
function x = label_place (a)
  limits = get (a, "xlim");
  if (strcmp (get (a, "xscale"), "log"))
    x = limits(1) * (limits(2) / limits(1)) ^ -0.04;
  else
    x = limits(1) - 0.04 * diff (limits);
  endif
endfunction
