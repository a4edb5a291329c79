## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{h} =} hybrid_plot (@var{fit}, @var{kind})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{fit}, @var{kind}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{tab})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{tab}, "comparison", "file", @var{name})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{report}, "report" | "profile", "file", @var{name})
## Draw what @code{hybrid_train}, @code{hybrid_compare} or @code{hybrid_report} found.
##
## A @var{report} of @code{hybrid_report} is drawn as the law's component in which the networks do most, along the first trajectory, in its two parts; the root mean
## squared residual with and without networks and physics; the relative standard errors; and the rise of the loss around the minimum (@qcode{"report"}, the
## default).  @qcode{"profile"}: the profile likelihoods, with the chi-square limit (dashed).
##
## A table @var{tab} of @code{hybrid_compare} is drawn as one axes for each measure (but the validation error) with a row for each method: the median over the seeds (point) and the range from
## the least to the largest (line).
##
## @var{fit} is its result, or a cell array of several to be drawn over each other.  @var{kind}:
##
## @table @asis
## @item @qcode{"fit"}
## Measurements (points) and the model's solution (curves) over time, a row of axes for each output.  Algebraic data: predicted over
## measured, with the diagonal of a perfect prediction.
## @item @qcode{"history"}
## Loss (and, dashed, validation error) over the iterations, on a logarithmic scale.
## @item @qcode{"estimates"}
## The parameters over the iterations, one axes for each; a circle marks where they started.
## @end table
##
## Options:
##
## @table @asis
## @item @qcode{"data"}, @var{data}
## For @qcode{"fit"}: another data set, drawn beside the training data.
## @item @qcode{"trajectories"}, @var{numbers}
## For @qcode{"fit"}: which trajectories are drawn (default: the first four of each data set, two when several fits are drawn).
## @item @qcode{"truth"}, @code{struct (NAME, value, @dots{})}
## For @qcode{"estimates"}: known values, drawn as dashed lines.
## @item @qcode{"labels"}, @{@dots{}@}
## Names of the fits in the legend (default: their method).
## @item @qcode{"file"}, @var{name}
## Write a PNG of 1200 x 800 points; the figure stays invisible and no display is needed.
## @end table
##
## The figure's handle is returned.  Without a display the figure is made invisible.
##
## @example
## fit = hybrid_train (model, data, "iterations", 100);
## hybrid_plot (fit, "estimates", "truth", struct ("w2", 1.1), "file", "estimates.png");
## @end example
##
## Errors: @code{hybridsam:plot:usage}, @code{hybridsam:plot:fit} (not a fit), @code{hybridsam:plot:kind},
## @code{hybridsam:plot:data}, @code{hybridsam:plot:trajectories}, @code{hybridsam:plot:truth} (no such parameter, wrong shape),
## @code{hybridsam:plot:labels}, @code{hybridsam:plot:profile} (the report has none), @code{hybridsam:plot:params} (the model has none), @code{hybridsam:plot:history} (no iteration to
## draw), @code{hybridsam:plot:file} (cannot be written), @code{hybridsam:option:*}.
## @seealso{hybrid_train, hybrid_simulate}
## @end deftypefn

function h = hybrid_plot (fits, kind, varargin)
  if (nargin > 0 && (is_a ("hybrid_table", fits) || is_a ("hybrid_report", fits)))
    if (nargin > 1)
      varargin = [{kind}, varargin];
    endif
    if (is_a ("hybrid_table", fits))
      h = plot_table (fits, varargin);
    else
      h = plot_report (fits, varargin);
    endif
    if (nargout == 0)
      clear h;
    endif
    return;
  endif
  if (nargin < 2)
    error ("hybridsam:plot:usage", "hybrid_plot: a fit and a kind are needed: hybrid_plot (fit, \"fit\" | \"history\" | \"estimates\")");
  endif
  defaults = struct ("data", [], "trajectories", [], "truth", struct (), "labels", {{}}, "file", "");
  opt = parse_options ("hybrid_plot", defaults, varargin{:});
  fits = check_fits (fits);
  opt.labels = check_labels (opt.labels, fits);
  check_file (opt.file);
  draw = check_kind (kind, fits, opt);
  h = on_paper (opt.file, @(h) draw (h, fits, opt));
  if (nargout == 0)
    clear h;
  endif
endfunction

## ---- a table of hybrid_compare

function tf = is_a (type, x)
  tf = isstruct (x) && isscalar (x) && isfield (x, "type") && ischar (x.type) && strcmp (x.type, type);
endfunction

## ARGS: [KIND], NAME, VALUE, ...
function [kind, args] = kind_of (args, what, known)
  kind = known{1};
  if (mod (numel (args), 2))
    kind = args{1};
    args(1) = [];
    if (! ischar (kind) || ! any (strcmp (kind, known)))
      error ("hybridsam:plot:kind", "hybrid_plot: of a %s KIND can be %s, got %s", what, strjoin (known, " or "), short_text (kind));
    endif
  endif
endfunction

function h = plot_table (tab, args)
  [~, args] = kind_of (args, "table", {"comparison"});
  opt = parse_options ("hybrid_plot", struct ("file", ""), args{:});
  check_file (opt.file);
  needed = {"labels", "measures", "median", "low", "high", "task"};
  if (! all (isfield (tab, needed)) || ! isequal (size (tab.median), size (tab.low), size (tab.high), [numel(tab.labels), numel(tab.measures)]))
    error ("hybridsam:plot:fit", "hybrid_plot: this is no table of hybrid_compare any more; its fields were changed");
  endif
  shown = find (any (isfinite (tab.median), 1) & ! strcmp (tab.measures, "validation_error"));
  if (isempty (shown))
    error ("hybridsam:plot:history", "hybrid_plot: the table has no finished run to draw");
  endif
  h = on_paper (opt.file, @(h) arrayfun (@(j) draw_measure (h, tab, shown(j), j, numel (shown)), 1:numel (shown)));
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
    c = colour (1 + (strncmpi (tab.labels{i}, "erm", 3)));
    plot (a, [tab.low(i,k), tab.high(i,k)], [i i], curve_style (0.5 * c + 0.5){:});
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
  say (a, "", "", head);
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

## ---- a report of hybrid_report

function h = plot_report (r, args)
  [kind, args] = kind_of (args, "report", {"report", "profile"});
  opt = parse_options ("hybrid_plot", struct ("file", ""), args{:});
  check_file (opt.file);
  needed = {"names", "theta", "use", "standard_error", "standard_error_fixed", "profile"};
  if (! all (isfield (r, needed)) || ! isstruct (r.use) || ! isstruct (r.profile))
    error ("hybridsam:plot:fit", "hybrid_plot: this is no report of hybrid_report any more; its fields were changed");
  endif
  if (strcmp (kind, "profile") && isempty (fieldnames (r.profile)))
    error ("hybridsam:plot:profile", "hybrid_plot: the report has no profile likelihood; ask for it: hybrid_report (fit, \"profile\", {NAMES})");
  endif
  h = on_paper (opt.file, @(h) {@draw_report, @draw_profiles}{1 + strcmp(kind, "profile")} (h, r));
endfunction

function draw_report (h, r)
  draw_law (panel (h, 2, 2, 1), r.use);
  draw_errors (panel (h, 2, 2, 2), r.use);
  draw_uncertainty (panel (h, 2, 2, 3), r);
  draw_rise (panel (h, 2, 2, 4), r);
  explain (h, {curve_style(colour (1)), curve_style(colour (2)), curve_style(grey ())}, {"physics (networks held fixed)", "networks (free)", "both"});
endfunction

function draw_law (a, use)
  if (isempty (use.f_network))
    say (a, "", "", "the law is not traced");
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
  plot (a, t, use.f_physics(i,first), curve_style (colour (1)){:});
  plot (a, t, use.f_network(i,first), curve_style (colour (2)){:});
  loosen (a);
  say (a, "", "", head);
endfunction

## Dots on a logarithmic axis, a row for each.
function draw_errors (a, use)
  values = [use.error, use.error_physics, use.error_network];
  texts = {"both", "physics alone", "network alone"};
  colours = {grey(), colour(1), colour(2)};
  for k = 1:3
    if (isfinite (values(k)) && values(k) > 0)
      plot (a, k, values(k), "linestyle", "none", "marker", ".", "markersize", 26, "color", colours{k});
    endif
  endfor
  set (a, "yscale", "log", "xlim", [0.5 3.5], "xtick", 1:3, "xticklabel", texts);
  say (a, "", "", "root mean squared residual");
endfunction

function draw_uncertainty (a, r)
  free = 100 * flat_values (r.standard_error) ./ abs (r.theta);
  fixed = 100 * flat_values (r.standard_error_fixed) ./ abs (r.theta);
  for k = 1:numel (r.theta)
    plot (a, k * [1 1], positive ([fixed(k), free(k)]), curve_style (grey ()){:});
    plot (a, k, positive (fixed(k)), "linestyle", "none", "marker", ".", "markersize", 26, "color", colour (1));
    plot (a, k, positive (free(k)), "linestyle", "none", "marker", ".", "markersize", 26, "color", colour (2));
  endfor
  n = max (numel (r.theta), 1);
  set (a, "yscale", "log", "xlim", [0.5, n + 0.5], "xtick", 1:numel (r.theta), "xticklabel", r.names, "ticklabelinterpreter", "none");
  say (a, "", "", "standard error of the parameters, %");
endfunction

function v = flat_values (s)
  v = struct2cell (s);
  v = cell2mat (cellfun (@(x) x(:), v, "UniformOutput", false));
  v = v(! isnan (v));
endfunction

function draw_rise (a, r)
  if (! isfield (r, "sharpness") || isempty (r.sharpness.nets))
    say (a, "", "", "no network, no sharpness");
    return;
  endif
  plot (a, r.sharpness.rho, positive (r.sharpness.rise), curve_style (colour (2)){:}, "marker", ".", "markersize", 20);
  set (a, "xscale", "log", "yscale", "log");
  say (a, "distance of the weights", "", "largest rise of the loss");
endfunction

function draw_profiles (h, r)
  list = {};
  for name = fieldnames (r.profile)'
    for k = 1:rows (r.profile.(name{1}).value)
      list(:,end+1) = {r.profile.(name{1}); k; [name{1}, {"", sprintf("(%d)", k)}{1 + (rows (r.profile.(name{1}).value) > 1)}]};
    endfor
  endfor
  n = ceil (sqrt (columns (list)));
  m = ceil (columns (list) / n);
  for j = 1:columns (list)
    a = panel (h, m, n, j);
    [p, k, name] = list{:,j};
    good = isfinite (p.rise(k,:));
    done = good & p.converged(k,:);
    plot (a, p.value(k,good), p.rise(k,good), curve_style (colour (1)){:});
    plot (a, p.value(k,done), p.rise(k,done), "linestyle", "none", "marker", ".", "markersize", 22, "color", colour (1));
    plot (a, p.value(k,good & ! done), p.rise(k,good & ! done), "linestyle", "none", "marker", "o", "markersize", 8, "linewidth", 1.5, "color", colour (1));
    plot (a, p.value(k,good)([1 end]), p.limit * [1 1], dashed_style ([0 0 0]){:});
    loosen (a);
    say (a, name, "", "");
  endfor
  open = {"linestyle", "none", "marker", "o", "markersize", 8, "linewidth", 1.5, "color", colour(1)};
  explain (h, {curve_style(colour (1)), open, dashed_style([0 0 0])}, {"twice the loss of log likelihood, all else fitted again", "not minimised to the end", "limit"});
endfunction

## ---- checks

function fits = check_fits (fits)
  if (! iscell (fits))
    fits = {fits};
  endif
  if (isempty (fits))
    error ("hybridsam:plot:fit", "hybrid_plot: the cell array of fits is empty");
  endif
  needed = {"model", "values", "history", "options", "data"};
  for k = 1:numel (fits)
    if (! isstruct (fits{k}) || ! isscalar (fits{k}) || ! all (isfield (fits{k}, needed)) || ! has_good_parts (fits{k}))
      error ("hybridsam:plot:fit", "hybrid_plot: FIT must come from hybrid_train, got %s", short_text (fits{k}));
    endif
    check_model ("hybrid_plot", "plot", fits{k}.model);
    if (! isequal (fits{k}.model.outputs, fits{1}.model.outputs) || ! isequal ({fits{k}.model.params.name}, {fits{1}.model.params.name}))
      error ("hybridsam:plot:fit", "hybrid_plot: fits that are drawn together must have the same outputs and parameters; fit %d differs", k);
    endif
  endfor
endfunction

## A fit that was put together by hand, or changed.
function tf = has_good_parts (fit)
  has = @(s, names) isstruct (s) && isscalar (s) && all (isfield (s, names));
  tf = has (fit.model, "type") && strcmp (fit.model.type, "hybrid_model") && has (fit.values, {"params", "nets"}) ...
       && has (fit.history, {"iteration", "loss", "validation", "params"}) && has (fit.options, "solver") && isa (fit.data, "hybrid_dataset");
endfunction

function labels = check_labels (labels, fits)
  if (isempty (labels))
    labels = cellfun (@method_of, fits, "UniformOutput", false);
  endif
  labels = cellstr_of (labels);
  if (numel (labels) != numel (fits))
    error ("hybridsam:plot:labels", "hybrid_plot: \"labels\" must have one name for each fit (%d), got %d", numel (fits), numel (labels));
  endif
endfunction

function list = cellstr_of (list)
  if (ischar (list))
    list = {list};
  elseif (! iscellstr (list))
    error ("hybridsam:plot:labels", "hybrid_plot: \"labels\" must be a cell array of names, got %s", short_text (list));
  endif
endfunction

function text = method_of (fit)
  text = "fit";
  if (isfield (fit.options, "method") && ischar (fit.options.method))
    text = fit.options.method;
  endif
endfunction

function check_file (file)
  if (! ischar (file) || rows (file) > 1)
    error ("hybridsam:plot:file", "hybrid_plot: \"file\" must be a file name, got %s", short_text (file));
  endif
  folder = fileparts (file);
  if (! isempty (folder) && ! isfolder (folder))
    error ("hybridsam:plot:file", "hybrid_plot: the folder %s does not exist", folder);
  endif
endfunction

function draw = check_kind (kind, fits, opt)
  known = {"fit", "history", "estimates"};
  if (! ischar (kind) || ! any (strcmp (kind, known)))
    error ("hybridsam:plot:kind", "hybrid_plot: KIND must be one of %s, got %s", strjoin (known, ", "), short_text (kind));
  endif
  draw = {@draw_fit, @draw_history, @draw_estimates}{strcmp(kind, known)};
  check_truth (opt.truth, fits{1}.model);
  check_numbers (opt.trajectories);
  if (strcmp (kind, "fit"))
    check_sets (data_sets (fits, opt), opt.trajectories);
  elseif (any (cellfun (@(f) isempty (f.history.iteration), fits)))
    error ("hybridsam:plot:history", "hybrid_plot: a fit has no iterations to draw");
  elseif (strcmp (kind, "estimates") && isempty (fits{1}.model.params))
    error ("hybridsam:plot:params", "hybrid_plot: the model has no parameters to draw");
  endif
endfunction

function check_numbers (chosen)
  if (! isempty (chosen) && (! isnumeric (chosen) || any (chosen(:) < 1) || any (chosen(:) != fix (chosen(:))) || any (isinf (chosen(:)))))
    error ("hybridsam:plot:trajectories", "hybrid_plot: \"trajectories\" must be whole numbers >= 1, got %s", short_text (chosen));
  endif
endfunction

function check_sets (sets, chosen)
  for k = 1:numel (sets)
    check_data ("hybrid_plot", "plot", sets{k});
    if (any (chosen(:) > numel (sets{k}.count)))
      error ("hybridsam:plot:trajectories", "hybrid_plot: \"trajectories\" asks for number %d, a data set has %d", ...
             max (chosen(:)), numel (sets{k}.count));
    endif
  endfor
endfunction

function check_truth (truth, model)
  if (! isstruct (truth) || ! isscalar (truth))
    error ("hybridsam:plot:truth", "hybrid_plot: \"truth\" must be a struct (NAME, value, ...), got %s", short_text (truth));
  endif
  known = {model.params.name};
  for name = fieldnames (truth)'
    k = find (strcmp (name{1}, known));
    if (isempty (k))
      error ("hybridsam:plot:truth", "hybrid_plot: \"truth\" names %s, the parameters are %s", name{1}, strjoin (known, ", "));
    endif
    value = truth.(name{1});
    if (! isnumeric (value) || ! isreal (value) || ! all (isfinite (value(:))) || numel (value) != model.params(k).rows * model.params(k).cols)
      error ("hybridsam:plot:truth", "hybrid_plot: the true value of %s must be %d x %d finite numbers, got %s", name{1}, model.params(k).rows, ...
             model.params(k).cols, short_text (value));
    endif
  endfor
endfunction

## ---- paper

## A figure with what DRAW (figure) draws on it, written to FILE; none is left when that fails.
function h = on_paper (file, draw)
  h = new_figure (isempty (file));
  unwind_protect
    done = false;
    draw (h);
    write_file (h, file);
    done = true;
  unwind_protect_cleanup
    if (! done)
      close (h);
    endif
  end_unwind_protect
endfunction

function h = new_figure (wanted)
  warning ("off", "Octave:gnuplot-graphics", "local");
  visible = {"off", "on"}{1 + (wanted && have_window_system ())};
  h = figure ("visible", visible, "color", "w", "position", [60 60 1200 800], ...
              "paperunits", "points", "papersize", [1200 800], "paperposition", [0 0 1200 800]);  # one scale on screen and in print
  if (strcmp (visible, "off") && any (strcmp (available_graphics_toolkits (), "gnuplot")))
    graphics_toolkit (h, "gnuplot");  # the one that draws without a display
  endif
endfunction

function write_file (h, file)
  if (isempty (file))
    return;
  endif
  warning ("off", "print:nogs", "local");
  device = "-dpng";
  if (strcmp (get (h, "__graphics_toolkit__"), "gnuplot"))
    device = "-dpngcairo";
  endif
  picture = [tempname() ".png"];  # print takes the type from the name, and gnuplot not every name
  unwind_protect
    try
      print (h, picture, device);
      copy_whole (picture, file);
    catch e
      error ("hybridsam:plot:file", "hybrid_plot: %s cannot be written: %s", file, e.message);
    end_try_catch
  unwind_protect_cleanup
    if (exist (picture, "file"))
      unlink (picture);
    endif
  end_unwind_protect
endfunction

## Half a file is removed, and is an error.
function copy_whole (from, to)
  f = fopen (from, "r");
  bytes = fread (f, Inf, "uint8=>uint8");
  fclose (f);
  f = fopen (to, "w");
  if (f < 0)
    error ("it cannot be opened");
  endif
  fwrite (f, bytes);
  fclose (f);
  written = stat (to);  # fwrite and fclose do not notice a full disk
  if (isempty (bytes) || written.size != numel (bytes))
    if (S_ISREG (written.mode))
      unlink (to);
    endif
    error ("the disk is full");
  endif
endfunction

## Colours that stay apart for colour-blind readers (Okabe & Ito 2008), without the pale yellow.
function c = colour (k)
  palette = [0 114 178; 213 94 0; 0 158 115; 204 121 167; 230 159 0; 86 180 233] / 255;
  c = palette(mod (k - 1, rows (palette)) + 1,:);
endfunction

function c = grey ()
  c = [0.45 0.45 0.45];
endfunction

## Axes number k of m x n, row by row, below the strip of the legend.
function a = panel (h, m, n, k)
  row = ceil (k / n);
  column = k - (row - 1) * n;
  width = 0.93 / n;
  height = 0.91 / m;
  a = axes ("parent", h, "position", [0.07 + (column - 1) * width, 0.02 + (m - row) * height + 0.07, width - 0.07, height - 0.11], ...
            "fontsize", 14, "box", "off", "ticklength", [0.005 0.005], "ygrid", "on", "nextplot", "add");
endfunction

function say (a, x, y, head)
  xlabel (a, x, "interpreter", "none", "fontsize", 14);
  ylabel (a, y, "interpreter", "none", "fontsize", 14);
  title (a, head, "interpreter", "none", "fontweight", "normal", "fontsize", 14);
endfunction

## One legend for the figure, in a strip above the axes, where it hides no data. Octave's own legend would change the size of the axes.
## STYLES: one cell of plot properties for each text.
function explain (h, styles, texts)
  a = axes ("parent", h, "position", [0.07 0.95 0.92 0.04], "visible", "off", "xlim", [0 1], "ylim", [0 1], "nextplot", "add");
  x = 0;
  for k = 1:numel (texts)
    plot (a, x + [0 0.015 0.03], [0.5 0.5 0.5], styles{k}{:});
    text (x + 0.038, 0.5, texts{k}, "parent", a, "interpreter", "none", "fontsize", 14);
    x += 0.07 + 0.0085 * numel (texts{k});
  endfor
endfunction

## Room around the curves.
function loosen (a)
  axis (a, "tight");
  y = get (a, "ylim");
  if (strcmp (get (a, "yscale"), "linear"))
    set (a, "ylim", y + [-0.05 0.05] * diff (y));
  endif
endfunction

function style = curve_style (c)
  style = {"linestyle", "-", "linewidth", 2, "color", c};
endfunction

function style = dashed_style (c)
  style = {"linestyle", "--", "linewidth", 2, "color", c};
endfunction

function style = dot_style (c)
  style = {"linestyle", "none", "marker", ".", "markersize", 9, "color", c};
endfunction

## ---- "fit"

function sets = data_sets (fits, opt)
  sets = {fits{1}.data};
  if (! isempty (opt.data))
    sets{2} = opt.data;
  endif
endfunction

function draw_fit (h, fits, opt)
  sets = data_sets (fits, opt);
  heads = {"training data", "other data"};
  n = numel (sets);
  names = fits{1}.model.outputs;
  for j = 1:n
    [data, chosen, unit] = pick (sets{j}, opt.trajectories, {4, 2}{1 + (numel (fits) > 1)});
    y = cellfun (@(f) predict (f, data, chosen, unit), fits, "UniformOutput", false);
    for i = 1:numel (names)
      a = panel (h, numel (names), n, (i - 1) * n + j);
      head = {"", heads{j}}{1 + (n > 1 && i == 1)};
      if (data.algebraic)
        draw_scatter (a, data, y, i);
        say (a, ["measured " names{i}], ["predicted " names{i}], head);
      else
        draw_curves (a, data, y, i);
        say (a, {"", "time"}{1 + (i == numel (names))}, {names{i}, ""}{1 + (j > 1)}, head);
      endif
    endfor
  endfor
  if (sets{1}.algebraic)
    explain (h, arrayfun (@(k) dot_style (colour (k)), 1:numel (fits), "UniformOutput", false), opt.labels);
  else
    c = @(k) colour (k) * (numel (fits) > 1);
    styles = arrayfun (@(k) curve_style (c (k)), 1:numel (fits), "UniformOutput", false);
    explain (h, [{dot_style(grey ())}, styles], [{"measured"}, opt.labels(:)']);
  endif
endfunction

## The chosen trajectories (the first few); algebraic data as a whole.
function [data, chosen, unit] = pick (data, chosen, few)
  unit = [];
  if (data.algebraic)
    chosen = [];
    return;
  endif
  if (isempty (chosen))
    chosen = 1:min (few, numel (data.count));
  endif
  last = cumsum (data.count);
  row = arrayfun (@(b) last(b) - data.count(b) + (1:data.count(b)), chosen(:)', "UniformOutput", false);
  row = [row{:}];
  s = struct ();
  for name = fieldnames (data)'
    s.(name{1}) = data.(name{1});
  endfor
  s.count = data.count(chosen(:));
  unit = data.unit(chosen(:))(:)';
  s.unit = (1:numel (chosen))';
  for name = {"t", "y", "weight", "u"}
    if (rows (s.(name{1})) > 0)
      s.(name{1}) = s.(name{1})(row,:);
    endif
  endfor
  for name = {"x0", "spread", "features"}
    if (! isempty (s.(name{1})))
      s.(name{1}) = s.(name{1})(:,chosen(:));
    endif
  endfor
  data = hybrid_dataset (s);
endfunction

## The model's outputs at the data's times, N x n_y, with the solver that trained it.
function y = predict (fit, data, chosen, unit)
  v = fit.values;
  if (isfield (v, "initial") && ! isempty (chosen))
    v.initial = v.initial(:,chosen);
  endif
  for q = fit.model.own
    a = v.params.(q.name);
    if (ndims (a) == 3)
      v.params.(q.name) = a(:,:,unit);
    elseif (! isequal (size (a), [q.rows q.cols]))
      v.params.(q.name) = a(:,unit);
    endif
  endfor
  y = hybrid_simulate (fit.model, data, v, solver_options (fit.options){:}).y;
  if (iscell (y))
    y = vertcat (y{:});
  elseif (ndims (y) == 3)
    y = reshape (permute (y, [1 3 2]), [], size (y, 2));
  endif
endfunction

## One fit: a colour for each trajectory. Several: a colour for each fit, the measurements grey.
function draw_curves (a, data, y, i)
  last = cumsum (data.count);
  several = numel (y) > 1;
  for b = 1:numel (data.count)
    row = last(b) - data.count(b) + 1:last(b);
    plot (a, data.t(row), data.y(row,i), dot_style ({0.5 * colour(b) + 0.5, grey()}{1 + several}){:});
    for k = 1:numel (y)
      plot (a, data.t(row), y{k}(row,i), curve_style (colour ({b, k}{1 + several})){:});
    endfor
  endfor
  loosen (a);
endfunction

function draw_scatter (a, data, y, i)
  for k = 1:numel (y)
    plot (a, data.y(:,i), y{k}(:,i), dot_style (colour (k)){:});
  endfor
  ends = [min(data.y(:,i)), max(data.y(:,i))];
  plot (a, ends, ends, "color", "k", "linewidth", 1);
  loosen (a);
endfunction

## ---- "history"

function draw_history (h, fits, opt)
  a = panel (h, 1, 1, 1);
  styles = {};
  texts = {};
  for k = 1:numel (fits)
    past = fits{k}.history;
    styles{end+1} = curve_style (colour (k));
    texts{end+1} = [opt.labels{k} ": loss"];
    plot (a, past.iteration, positive (past.loss), styles{end}{:});
    at = find (! isnan (past.validation));
    if (! isempty (at))
      styles{end+1} = dashed_style (0.7 * colour (k));
      texts{end+1} = [opt.labels{k} ": validation"];
      plot (a, past.iteration(at), positive (past.validation(at)), styles{end}{:});
    endif
  endfor
  set (a, "yscale", "log");
  loosen (a);
  say (a, "iteration", "loss", "");
  explain (h, styles, texts);
endfunction

function y = positive (y)
  y(! (y > 0)) = NaN;
endfunction

## ---- "estimates"

function draw_estimates (h, fits, opt)
  names = {fits{1}.model.params.name};
  n = ceil (sqrt (numel (names)));
  m = ceil (numel (names) / n);
  for j = 1:numel (names)
    a = panel (h, m, n, j);
    for k = 1:numel (fits)
      draw_parameter (a, fits{k}, names{j}, colour (k));
    endfor
    if (isfield (opt.truth, names{j}))
      draw_truth (a, opt.truth.(names{j}), max (cellfun (@(f) f.history.iteration(end), fits)));
    endif
    loosen (a);
    say (a, {"", "iteration"}{1 + (j > (m - 1) * n)}, names{j}, "");
  endfor
  styles = arrayfun (@(k) curve_style (colour (k)), 1:numel (fits), "UniformOutput", false);
  texts = opt.labels(:)';
  if (! isempty (fieldnames (opt.truth)))
    styles{end+1} = dashed_style ([0 0 0]);
    texts{end+1} = "truth";
  endif
  explain (h, styles, texts);
endfunction

## The elements of a vector or matrix are told apart by their numbers at the right end.
function draw_parameter (a, fit, name, c)
  start = start_of (fit, name);
  at = [0; fit.history.iteration];
  values = [start; fit.history.params.(name)];
  for e = 1:columns (values)
    plot (a, at, values(:,e), curve_style (c){:});
    plot (a, 0, start(e), "linestyle", "none", "marker", "o", "markersize", 7, "linewidth", 1.5, "color", c);
    if (columns (values) > 1)
      text (at(end), values(end,e), sprintf (" %d", e), "parent", a, "fontsize", 14, "color", c);
    endif
  endfor
endfunction

function start = start_of (fit, name)
  if (isfield (fit.options, "start") && ! isempty (fit.options.start))
    start = fit.options.start.params.(name);
  else
    start = fit.model.params(strcmp (name, {fit.model.params.name})).start;
  endif
  start = double (start(:)');
endfunction

function draw_truth (a, values, last)
  for value = double (values(:)')
    plot (a, [0, last], [value, value], dashed_style ([0 0 0]){:});
  endfor
endfunction

%!shared model, data, fit, file
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5, "c", [0.1; 0.2]), ...
%!                       "nets", struct ("f", hybrid_net ([2 4 1])), "rhs", ...
%!                       @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - p.c(1)*x.p + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)]));
%! fit = hybrid_train (model, data, "iterations", 10, "solver", "rk4", "display", "off", "validation", data, "validate_every", 2);
%! file = [tempname() ".png"];
%!test  # every kind gives a picture
%! for kind = {"fit", "history", "estimates"}
%!   unwind_protect
%!     h = hybrid_plot (fit, kind{1}, "file", file);
%!     assert (isfigure (h));
%!     close (h);
%!     assert (size (imread (file)), [800 1200 3]);
%!   unwind_protect_cleanup
%!     delete (file);
%!   end_unwind_protect
%! endfor
%!test  # several fits, another data set, truth; a curve for each trajectory and fit, and the points
%! h = hybrid_plot ({fit, fit}, "fit", "data", data, "trajectories", 2, "labels", {"a", "b"});
%! panels = findobj (h, "type", "axes", "visible", "on");
%! assert (numel (panels), 4);
%! assert (arrayfun (@(a) numel (findobj (a, "type", "line")), panels), [3; 3; 3; 3]);
%! close (h);
%! h = hybrid_plot ({fit, fit}, "estimates", "truth", struct ("c", [0; 0]));
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 2);
%! close (h);
%!test  # ragged and algebraic data
%! other = hybrid_data ({(0:0.5:2)', (0:0.5:1)'}, {data.y(1:5,:), data.y(1:3,:)});
%! close (hybrid_plot (fit, "fit", "data", other));
%! m = hybrid_model ("inputs", {"a"}, "params", struct ("k", 1), "output", @(t, x, u, p, nn) p.k * u.a);
%! f = hybrid_train (m, hybrid_data ([], (1:9)', "inputs", (1:9)'), "iterations", 3, "display", "off");
%! close (hybrid_plot (f, "fit"));
%!test  # a report
%! r = hybrid_report (fit, "profile", {"w2", "c"}, "profile_points", 1, "profile_iterations", 2, "display", "off");
%! h = hybrid_plot (r);
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 4);
%! close (h);
%! h = hybrid_plot (r, "profile");
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 3);
%! close (h);
%! unwind_protect
%!   close (hybrid_plot (r, "report", "file", file));
%!   assert (size (imread (file)), [800 1200 3]);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%! fail ("hybrid_plot (r, \"landscape\")", "report or profile");
%! fail ("hybrid_plot (rmfield (r, \"use\"))", "changed");
%! fail ("hybrid_plot (setfield (r, \"profile\", struct ()), \"profile\")", "ask for it");
%!test  # the example of the help
%! unwind_protect
%!   close (hybrid_plot (fit, "estimates", "truth", struct ("w2", 1.1), "file", file));
%!   assert (stat (file).size > 0);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%!test  # names that print or gnuplot would change; a folder, a full disk
%! folder = tempname ();
%! mkdir (folder);
%! unwind_protect
%!   for name = {"plain", "it's.png", "a.nosuch"}
%!     close (hybrid_plot (fit, "history", "file", fullfile (folder, name{1})));
%!     assert (stat (fullfile (folder, name{1})).size > 0);
%!   endfor
%!   assert (numel (readdir (folder)), 5);
%!   fail ("hybrid_plot (fit, \"history\", \"file\", folder)", "cannot be opened");
%!   if (exist ("/dev/full", "file"))
%!     fail ("hybrid_plot (fit, \"history\", \"file\", \"/dev/full\")", "the disk is full");
%!   endif
%! unwind_protect_cleanup
%!   confirm_recursive_rmdir (false, "local");
%!   rmdir (folder, "s");
%! end_unwind_protect
%!test  # a table
%! warning ("off", "Octave:gnuplot-graphics", "local");
%! tab = hybrid_compare (hybrid_task ("pendulum", "size", 2), {"erm", "l2"}, "seeds", 1:2, "train", {"iterations", 3}, "display", "off");
%! file = [tempname() ".png"];
%! unwind_protect
%!   h = hybrid_plot (tab, "comparison", "file", file);
%!   assert (stat (file).size > 5000);
%!   close (h);
%!   close (hybrid_plot (tab, "file", file));
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%! bad = {{"fit"}, "hybridsam:plot:kind"; {"files", "x"}, "hybridsam:option:unknown"; {"file", 3}, "hybridsam:plot:file"};
%! for b = bad'
%!   try
%!     hybrid_plot (tab, b{1}{:});
%!     error ("accepted");
%!   catch e
%!     assert (e.identifier, b{2});
%!   end_try_catch
%! endfor
%! try
%!   hybrid_plot (setfield (tab, "median", 1));
%!   error ("accepted");
%! catch e
%!   assert (e.identifier, "hybridsam:plot:fit");
%! end_try_catch
%!error id=hybridsam:plot:usage hybrid_plot ()
%!error id=hybridsam:plot:usage hybrid_plot (fit)
%!error id=hybridsam:plot:fit hybrid_plot (3, "fit")
%!error id=hybridsam:plot:fit hybrid_plot ({}, "fit")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "model", 3), "fit")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "history", struct ()), "history")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "options", []), "fit")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "data", {}), "fit")
%!error id=hybridsam:plot:fit hybrid_plot ({fit, setfield(fit, "model", "outputs", {"a", "b"})}, "fit")
%!error id=hybridsam:plot:kind hybrid_plot (fit, "fits")
%!error id=hybridsam:plot:kind hybrid_plot (fit, 3)
%!error id=hybridsam:plot:data hybrid_plot (fit, "fit", "data", 3)
%!error id=hybridsam:plot:trajectories hybrid_plot (fit, "fit", "trajectories", 3)
%!error id=hybridsam:plot:trajectories hybrid_plot (fit, "fit", "trajectories", 0)
%!error id=hybridsam:plot:trajectories hybrid_plot (fit, "fit", "trajectories", NaN)
%!error id=hybridsam:plot:truth hybrid_plot (fit, "estimates", "truth", 3)
%!error id=hybridsam:plot:truth hybrid_plot (fit, "estimates", "truth", struct ("w3", 1))
%!error id=hybridsam:plot:truth hybrid_plot (fit, "estimates", "truth", struct ("w2", [1 2]))
%!error id=hybridsam:plot:params hybrid_plot (setfield (fit, "model", "params", model.params([])), "estimates")
%!error id=hybridsam:plot:labels hybrid_plot (fit, "history", "labels", {"a", "b"})
%!error id=hybridsam:plot:labels hybrid_plot (fit, "history", "labels", {1})
%!error id=hybridsam:plot:history hybrid_plot (setfield (fit, "history", "iteration", []), "history")
%!error id=hybridsam:plot:file hybrid_plot (fit, "history", "file", "no such folder/a.png")
%!error id=hybridsam:plot:file hybrid_plot (fit, "history", "file", 3)
%!error id=hybridsam:option:unknown hybrid_plot (fit, "history", "titel", 3)
