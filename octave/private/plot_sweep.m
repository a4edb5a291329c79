## SPDX-License-Identifier: GPL-3.0-or-later

## [draw, file] = plot_sweep (s, args): how hybrid_plot draws a sweep of hybrid_sweep.

function [draw, file] = plot_sweep (s, args)
  [kind, args] = plot_kind (args, "sweep", {"sweep", "residual"});
  needed = {"path", "anew", "seeds", "params", "validation_loss", "validation_loss_se", "network_share", "sharpness", "chosen", "names", "values", "fit", "weight", "final", "estimate"};
  if (! all (isfield (s, needed)) || ! isstruct (s.params) || ! isequal (size (s.values), [numel(s.path), numel(s.seeds)]))
    error ("hybridsam:plot:fit", "hybrid_plot: this is no sweep of hybrid_sweep any more; its fields were changed");
  endif
  if (strcmp (kind, "residual"))
    values = s.values(s.chosen,:);
    if (went_on (s))
      values = s.final.values;
    endif
    fits = cellfun (@(v) setfield (s.fit, "values", v), values, "UniformOutput", false);
    [draw, file] = plot_fits (fits, [{"residual"}, args]);
    return;
  endif
  file = parse_options ("hybrid_plot", struct ("file", ""), args{:}).file;
  draw = @(h) draw_sweep (h, s);
endfunction

## Was the choice trained on, and that taken?
function tf = went_on (s)
  tf = isstruct (s.final) && s.final.taken;
endfunction

function draw_sweep (h, s)
  [~, order] = sort (s.path);
  order = [order(s.anew(order)), order(! s.anew(order))];  # anew: beside the path
  first = 1 + any (s.anew);
  draw_theta (plot_panel (h, 2, 2, 1), s, order, first);
  a = plot_panel (h, 2, 2, 2);
  y = s.validation_loss(order);
  e = s.validation_loss_se(order);
  [least, i] = min (y(first:end));
  i += first - 1;
  plot (a, [0.5, numel(y) + 0.5], (least + 2 * e(i)) * [1 1], plot_dashed (plot_grey ()){:});
  spread (a, first, y, max (y - e, min (plot_positive (y)) / 10), y + e, plot_colour (1));
  set (a, "yscale", "log");
  finish (a, s, order, "validation loss, with its standard error", "");
  a = plot_panel (h, 2, 2, 3);
  over_seeds (a, first, s.network_share(order,:), plot_colour (1));
  finish (a, s, order, "share of the networks in the law");
  a = plot_panel (h, 2, 2, 4);
  over_seeds (a, first, plot_positive (s.sharpness(order,:)), plot_colour (1));
  set (a, "yscale", "log");
  finish (a, s, order, "sharpness: largest eigenvalue in the weights");
  styles = {plot_curve(plot_mark ()), plot_dashed(plot_grey ())};
  texts = {"chosen", "least + two standard errors"};
  if (numel (s.names) > 1)
    few = 1:min (4, numel (s.names));
    styles = [styles, arrayfun(@(k) plot_curve (plot_colour (k)), few, "UniformOutput", false)];
    texts = [texts, s.names(few)];
  endif
  if (went_on (s))
    styles{end+1} = ring (6);
    texts{end+1} = "the choice, trained on";
  endif
  if (numel (s.seeds) > 1)
    styles{end+1} = plot_curve (0.5 * plot_colour (1) + 0.5);
    texts{end+1} = sprintf ("range over %d seeds", numel (s.seeds));
  endif
  plot_explain (h, styles, texts);
endfunction

function style = ring (size_of)
  style = {"linestyle", "none", "marker", "o", "markersize", size_of, "linewidth", 2, "color", [0.15 0.15 0.15]};
endfunction

function c = plot_mark ()
  c = [0.93 0.8 0.55];
endfunction

## One parameter as it is, several relative to their medians at the choice.
function draw_theta (a, s, order, first)
  all_of = zeros (0, numel (order), numel (s.seeds));
  last = [];
  for name = unique (strtok (s.names, "("), "stable")
    all_of = cat (1, all_of, s.params.(name{1})(:,order,:));
    last = [last; s.estimate.(name{1})(:)];
  endfor
  several = rows (all_of) > 1;
  for k = 1:rows (all_of)
    x = reshape (all_of(k,:,:), numel (order), []);
    one = 1;
    if (several)
      one = median (x(order == s.chosen,:));
    endif
    shift = (k - (rows (all_of) + 1) / 2) * min (0.08, 0.6 / rows (all_of));
    over_seeds (a, first, x / one, plot_colour (k), shift);
    if (went_on (s))
      plot (a, find (order == s.chosen) + shift, last(k) / one, ring (10){:});
    endif
  endfor
  head = "parameters, relative to the choice";
  if (! several)
    head = strjoin (s.names, "");
  endif
  finish (a, s, order, head, "");
endfunction

function over_seeds (a, first, x, c, shift = 0)
  spread (a, first, median (x, 2), min (x, [], 2), max (x, [], 2), c, shift);
endfunction

## Points with ranges; a line from the first one of the path.
function spread (a, first, middle, low, high, c, shift = 0)
  for k = find (isfinite (middle(:)'))
    plot (a, (k + shift) * [1 1], [low(k), high(k)], plot_curve (0.5 * c + 0.5){:});
  endfor
  k = find (isfinite (middle(:)'));
  path = k(k >= first);
  plot (a, path + shift, middle(path), plot_curve (c){:}, "linewidth", 1);
  plot (a, k + shift, middle(k), "linestyle", "none", "marker", ".", "markersize", 22, "color", c);
endfunction

## The settings are names on the axis: 0 is one of them. The choice is marked.
function finish (a, s, order, head, below = s.weight)
  at = find (order == s.chosen);
  set (a, "xlim", [0.5, numel(order) + 0.5], "xtick", 1:numel (order), "xticklabel", arrayfun (@(r) sprintf ("%g%s", s.path(r), {"", " anew"}{1 + s.anew(r)}), order, "UniformOutput", false));
  y = get (a, "ylim");
  h = plot (a, [at at], y, "color", plot_mark (), "linewidth", 6);
  set (a, "ylim", y, "children", [setdiff(get (a, "children"), h); h]);
  plot_say (a, below, "", head);
endfunction
