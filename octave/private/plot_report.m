## SPDX-License-Identifier: GPL-3.0-or-later

## [draw, file] = plot_report (r, args): how hybrid_plot draws a report of hybrid_report.

function [draw, file] = plot_report (r, args)
  [kind, args] = plot_kind (args, "report", {"report", "profile", "landscape"});
  file = parse_options ("hybrid_plot", struct ("file", ""), args{:}).file;
  needed = {"names", "theta", "use", "standard_error", "standard_error_fixed", "profile", "landscape"};
  if (! all (isfield (r, needed)) || ! isstruct (r.use) || ! isstruct (r.profile) || ! isstruct (r.landscape))
    error ("hybridsam:plot:fit", "hybrid_plot: this is no report of hybrid_report any more; its fields were changed");
  endif
  if (strcmp (kind, "profile") && isempty (fieldnames (r.profile)))
    error ("hybridsam:plot:profile", "hybrid_plot: the report has no profile likelihood; ask for it: hybrid_report (fit, \"profile\", {NAMES})");
  endif
  if (strcmp (kind, "landscape") && isempty (fieldnames (r.landscape)))
    error ("hybridsam:plot:landscape", "hybrid_plot: the report has no landscape; ask for it: hybrid_report (fit, \"landscape\", {NAMES})");
  endif
  how = struct ("report", @draw_report, "profile", @draw_profiles, "landscape", @draw_landscape).(kind);
  draw = @(h) how (h, r);
endfunction

function draw_report (h, r)
  draw_law (plot_panel (h, 2, 2, 1), r.use);
  draw_errors (plot_panel (h, 2, 2, 2), r.use);
  draw_uncertainty (plot_panel (h, 2, 2, 3), r);
  draw_rise (plot_panel (h, 2, 2, 4), r);
  plot_explain (h, {plot_curve(plot_colour (1)), plot_curve(plot_colour (2)), plot_curve(plot_grey ())}, {"physics (networks held fixed)", "networks (free)", "both"});
endfunction

function draw_law (a, use)
  if (isempty (use.f_network))
    plot_say (a, "", "", "the law is not traced");
    return;
  endif
  [~, i] = max (sqrt (mean (use.f_network .^ 2, 2)) ./ (sqrt (mean (use.f_physics .^ 2, 2)) + eps));
  first = use.trajectory == 1;
  t = use.t(first);
  head = ["derivative of " use.components{i} " along the first trajectory"];
  if (! any (diff (t)))  # algebraic: over the samples
    first(:) = true;
    t = 1:numel (first);
    head = [use.components{i} " over the samples"];
  endif
  plot (a, t, use.f_physics(i,first), plot_curve (plot_colour (1)){:});
  plot (a, t, use.f_network(i,first), plot_curve (plot_colour (2)){:});
  plot_loosen (a);
  plot_say (a, "", "", head);
endfunction

## Dots on a logarithmic axis, a row for each.
function draw_errors (a, use)
  values = [use.error, use.error_physics, use.error_network];
  texts = {"both", "physics alone", "network alone"};
  colours = {plot_grey(), plot_colour(1), plot_colour(2)};
  for k = 1:3
    if (isfinite (values(k)) && values(k) > 0)
      plot (a, k, values(k), "linestyle", "none", "marker", ".", "markersize", 26, "color", colours{k});
    endif
  endfor
  set (a, "yscale", "log", "xlim", [0.5 3.5], "xtick", 1:3, "xticklabel", texts);
  plot_say (a, "", "", "root mean squared residual");
endfunction

function draw_uncertainty (a, r)
  free = 100 * flat_values (r.standard_error) ./ abs (r.theta);
  fixed = 100 * flat_values (r.standard_error_fixed) ./ abs (r.theta);
  for k = 1:numel (r.theta)
    plot (a, k * [1 1], plot_positive ([fixed(k), free(k)]), plot_curve (plot_grey ()){:});
    plot (a, k, plot_positive (fixed(k)), "linestyle", "none", "marker", ".", "markersize", 26, "color", plot_colour (1));
    plot (a, k, plot_positive (free(k)), "linestyle", "none", "marker", ".", "markersize", 26, "color", plot_colour (2));
  endfor
  n = max (numel (r.theta), 1);
  set (a, "yscale", "log", "xlim", [0.5, n + 0.5], "xtick", 1:numel (r.theta), "xticklabel", r.names, "ticklabelinterpreter", "none");
  plot_say (a, "", "", "standard error of the parameters, %");
endfunction

function v = flat_values (s)
  v = struct2cell (s);
  v = cell2mat (cellfun (@(x) x(:), v, "UniformOutput", false));
  v = v(! isnan (v));
endfunction

function draw_rise (a, r)
  if (! isfield (r, "sharpness") || isempty (r.sharpness.nets))
    plot_say (a, "", "", "no network, no sharpness");
    return;
  endif
  plot (a, r.sharpness.rho, plot_positive (r.sharpness.rise), plot_curve (plot_colour (2)){:}, "marker", ".", "markersize", 20);
  set (a, "xscale", "log", "yscale", "log");
  plot_say (a, "distance of the weights", "", "largest rise of the loss");
endfunction

function draw_profiles (h, r)
  list = elements_of (r.profile);
  n = ceil (sqrt (columns (list)));
  m = ceil (columns (list) / n);
  for j = 1:columns (list)
    a = plot_panel (h, m, n, j);
    [p, k, name] = list{:,j};
    good = isfinite (p.rise(k,:));
    done = good & p.converged(k,:);
    plot (a, p.value(k,good), p.rise(k,good), plot_curve (plot_colour (1)){:});
    plot (a, p.value(k,done), p.rise(k,done), "linestyle", "none", "marker", ".", "markersize", 22, "color", plot_colour (1));
    plot (a, p.value(k,good & ! done), p.rise(k,good & ! done), "linestyle", "none", "marker", "o", "markersize", 8, "linewidth", 1.5, "color", plot_colour (1));
    plot (a, p.value(k,good)([1 end]), p.limit * [1 1], plot_dashed ([0 0 0]){:});
    plot_loosen (a);
    plot_say (a, name, "", "");
  endfor
  open = {"linestyle", "none", "marker", "o", "markersize", 8, "linewidth", 1.5, "color", plot_colour(1)};
  plot_explain (h, {plot_curve(plot_colour (1)), open, plot_dashed([0 0 0])}, {"twice the loss of log likelihood, all else fitted again", "not minimised to the end", "limit"});
endfunction

## A row for each element: contours over parameter and sharpest direction, and the slices through the fit.
function draw_landscape (h, r)
  list = elements_of (r.landscape);
  m = columns (list);
  for j = 1:m
    [l, k, name] = list{:,j};
    rise = log10 (l.loss(:,:,k) / min (l.loss(:,:,k)(:)));
    rise(isinf (rise)) = NaN;
    middle = (columns (l.value) + 1) / 2;
    n = 1 + (numel (l.distance) > 1);
    if (n > 1)
      a = plot_panel (h, m, n, n * j - 1);
      contour (a, l.value(k,:), l.distance, rise', 12, "linewidth", 1.5);
      plot (a, l.value(k,middle), 0, plot_dots (plot_colour (2)){:}, "markersize", 26);
      axis (a, [l.value(k,[1 end]), l.distance([1 end])]);
      plot_say (a, name, "", "log10 of loss / least loss, sharpest direction upwards");
    endif
    a = plot_panel (h, m, n, n * j);
    side = linspace (-1, 1, columns (l.value));
    plot (a, side, rise(:,(end + 1) / 2), plot_curve (plot_colour (1)){:});
    if (numel (l.distance) > 1)
      plot (a, side, rise(middle,:), plot_curve (plot_colour (2)){:});
    endif
    plot_loosen (a);
    plot_say (a, sprintf ("%s %+.3g, weights %+.3g", name, l.value(k,end) - l.value(k,middle), l.distance(end)), "", "log10 of loss / least loss, along each");
  endfor
  plot_explain (h, {plot_curve(plot_colour (1)), plot_curve(plot_colour (2))}, {"parameter", "sharpest direction of the weights"});
endfunction

## {its curves; which element; its name}, a column for each element of each parameter.
function list = elements_of (parts)
  list = {};
  for name = fieldnames (parts)'
    n = rows (parts.(name{1}).value);
    for k = 1:n
      list(:,end+1) = {parts.(name{1}); k; [name{1}, {"", sprintf("(%d)", k)}{1 + (n > 1)}]};
    endfor
  endfor
endfunction
