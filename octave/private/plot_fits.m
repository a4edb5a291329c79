## SPDX-License-Identifier: GPL-3.0-or-later

## [draw, file] = plot_fits (fits, args): how hybrid_plot draws fits of hybrid_train.

function [draw, file] = plot_fits (fits, args)
  if (isempty (args))
    error ("hybridsam:plot:usage", "hybrid_plot: a fit and a kind are needed: hybrid_plot (fit, \"fit\" | \"history\" | \"estimates\" | \"residual\")");
  endif
  defaults = struct ("data", [], "trajectories", [], "truth", struct (), "labels", {{}}, "variables", {{}}, "component", "", "file", "");
  opt = parse_options ("hybrid_plot", defaults, args{2:end});
  file = opt.file;
  fits = check_fits (fits);
  opt.labels = check_labels (opt.labels, fits);
  how = check_kind (args{1}, fits, opt);
  draw = @(h) how (h, fits, opt);
endfunction

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

function draw = check_kind (kind, fits, opt)
  known = {"fit", "history", "estimates", "residual"};
  if (! ischar (kind) || ! any (strcmp (kind, known)))
    error ("hybridsam:plot:kind", "hybrid_plot: KIND must be one of %s, got %s", strjoin (known, ", "), short_text (kind));
  endif
  draw = {@draw_fit, @draw_history, @draw_estimates, @plot_residual}{strcmp(kind, known)};
  check_truth (opt.truth, fits{1}.model);
  check_numbers (opt.trajectories);
  if (strcmp (kind, "fit"))
    check_sets (data_sets (fits, opt), opt.trajectories);
  elseif (strcmp (kind, "residual"))
    return;
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
      a = plot_panel (h, numel (names), n, (i - 1) * n + j);
      head = {"", heads{j}}{1 + (n > 1 && i == 1)};
      if (data.algebraic)
        draw_scatter (a, data, y, i);
        plot_say (a, ["measured " names{i}], ["predicted " names{i}], head);
      else
        draw_curves (a, data, y, i);
        plot_say (a, {"", "time"}{1 + (i == numel (names))}, {names{i}, ""}{1 + (j > 1)}, head);
      endif
    endfor
  endfor
  if (sets{1}.algebraic)
    plot_explain (h, arrayfun (@(k) plot_dots (plot_colour (k)), 1:numel (fits), "UniformOutput", false), opt.labels);
  else
    c = @(k) plot_colour (k) * (numel (fits) > 1);
    styles = arrayfun (@(k) plot_curve (c (k)), 1:numel (fits), "UniformOutput", false);
    plot_explain (h, [{plot_dots(plot_grey ())}, styles], [{"measured"}, opt.labels(:)']);
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
  unit = unique (data.unit(chosen(:)))(:)';
  data = pick_trajectories (data, chosen);
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
    plot (a, data.t(row), data.y(row,i), plot_dots ({0.5 * plot_colour(b) + 0.5, plot_grey()}{1 + several}){:});
    for k = 1:numel (y)
      plot (a, data.t(row), y{k}(row,i), plot_curve (plot_colour ({b, k}{1 + several})){:});
    endfor
  endfor
  plot_loosen (a);
endfunction

function draw_scatter (a, data, y, i)
  for k = 1:numel (y)
    plot (a, data.y(:,i), y{k}(:,i), plot_dots (plot_colour (k)){:});
  endfor
  ends = [min(data.y(:,i)), max(data.y(:,i))];
  plot (a, ends, ends, "color", "k", "linewidth", 1);
  plot_loosen (a);
endfunction

## ---- "history"

function draw_history (h, fits, opt)
  a = plot_panel (h, 1, 1, 1);
  styles = {};
  texts = {};
  for k = 1:numel (fits)
    past = fits{k}.history;
    styles{end+1} = plot_curve (plot_colour (k));
    texts{end+1} = [opt.labels{k} ": loss"];
    plot (a, past.iteration, plot_positive (past.loss), styles{end}{:});
    at = find (! isnan (past.validation));
    if (! isempty (at))
      styles{end+1} = plot_dashed (0.7 * plot_colour (k));
      texts{end+1} = [opt.labels{k} ": validation"];
      plot (a, past.iteration(at), plot_positive (past.validation(at)), styles{end}{:});
    endif
  endfor
  set (a, "yscale", "log");
  plot_loosen (a);
  plot_say (a, "iteration", "loss", "");
  plot_explain (h, styles, texts);
endfunction

## ---- "estimates"

function draw_estimates (h, fits, opt)
  names = {fits{1}.model.params.name};
  n = ceil (sqrt (numel (names)));
  m = ceil (numel (names) / n);
  for j = 1:numel (names)
    a = plot_panel (h, m, n, j);
    for k = 1:numel (fits)
      draw_parameter (a, fits{k}, names{j}, plot_colour (k));
    endfor
    if (isfield (opt.truth, names{j}))
      draw_truth (a, opt.truth.(names{j}), max (cellfun (@(f) f.history.iteration(end), fits)));
    endif
    plot_loosen (a);
    plot_say (a, {"", "iteration"}{1 + (j > (m - 1) * n)}, names{j}, "");
  endfor
  styles = arrayfun (@(k) plot_curve (plot_colour (k)), 1:numel (fits), "UniformOutput", false);
  texts = opt.labels(:)';
  if (! isempty (fieldnames (opt.truth)))
    styles{end+1} = plot_dashed ([0 0 0]);
    texts{end+1} = "truth";
  endif
  plot_explain (h, styles, texts);
endfunction

## The elements of a vector or matrix are told apart by their numbers at the right end.
function draw_parameter (a, fit, name, c)
  start = start_of (fit, name);
  at = [0; fit.history.iteration];
  values = [start; fit.history.params.(name)];
  for e = 1:columns (values)
    plot (a, at, values(:,e), plot_curve (c){:});
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
    plot (a, [0, last], [value, value], plot_dashed ([0 0 0]){:});
  endfor
endfunction
