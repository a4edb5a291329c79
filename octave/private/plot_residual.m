## SPDX-License-Identifier: GPL-3.0-or-later

## plot_residual (h, fits, opt): what the networks add to the law (right-hand side; algebraic: output), over one or two states or inputs, the others at their
## medians along the solutions; several fits of one model are an ensemble. opt.variables, opt.component: names, or empty for those where it changes most.

function plot_residual (h, fits, opt)
  model = fits{1}.model;
  if (! model.trace)
    error ("hybridsam:plot:residual", "hybrid_plot: the law is not traced, so what physics and networks do in it is not told apart");
  endif
  law = law_along (model, fits{1}.data, fits{1}.values, solver_options (fits{1}.options));
  points = [law.x; fits{1}.data.u'];
  if (! any (law.network(:)))
    error ("hybridsam:plot:residual", "hybrid_plot: the law calls no network, or networks that are 0");
  endif
  variable = [fields_of(model.states, 0), fields_of(model.inputs, model.n_x)];
  if (isempty (model.functions.rhs))
    variable = fields_of (model.inputs, 0);
    points = fits{1}.data.u';
    component = struct ("name", model.outputs, "rows", num2cell (1:numel (model.outputs)));
  else
    component = fields_of (model.states, 0);
  endif
  c = component_of (component, law, opt.component);
  learned = @(fit, z) learned_at (fit, law, z, c.rows);
  chosen = chosen_variables (variable, points, @(z) learned (fits{1}, z), opt.variables);
  if (numel (chosen) == 1)
    draw_curve (h, fits, opt, chosen, points, learned, c.name);
  else
    draw_map (h, fits, chosen, points, learned, c.name);
  endif
endfunction

## name, rows: the numbers of a state's (an input's) elements; of a field all pixels go together.
function list = fields_of (of, before)
  list = struct ("name", {}, "rows", {});
  for q = of
    n = q.rows * q.cols;
    list(end+1) = struct ("name", q.name, "rows", before + (1:n));
    before += n;
  endfor
endfunction

function c = component_of (component, law, wanted)
  if (isempty (wanted))
    size_of = arrayfun (@(q) sqrt (mean (law.network(q.rows,:)(:) .^ 2)) / (sqrt (mean (law.physics(q.rows,:)(:) .^ 2)) + eps), component);
    [~, k] = max (size_of);
  else
    k = find (strcmp (wanted, {component.name}));
    if (isempty (k))
      error ("hybridsam:plot:component", "hybrid_plot: \"component\" must be one of %s, got %s", strjoin ({component.name}, ", "), short_text (wanted));
    endif
  endif
  c = component(k);
  c.rows = c.rows(1);
endfunction

## Given by name, or the two along which the learned function changes most; one, where it changes along one.
function chosen = chosen_variables (variable, points, learned, wanted)
  names = {variable.name};
  if (! isempty (wanted))
    if (ischar (wanted))
      wanted = {wanted};
    endif
    if (! iscellstr (wanted) || numel (wanted) > 2 || ! all (ismember (wanted, names)) || numel (unique (wanted)) < numel (wanted))
      error ("hybridsam:plot:variables", "hybrid_plot: \"variables\" must be one or two of %s, got %s", strjoin (names, ", "), short_text (wanted));
    endif
    chosen = cellfun (@(name) variable(strcmp (name, names)), wanted);
    return;
  endif
  change = zeros (1, numel (variable));
  for k = 1:numel (variable)
    change(k) = range (learned (grid_of (points, variable(k), axis_of (points, variable(k), 21))));
  endfor
  [~, order] = sort (change, "descend");
  order = order(1:min (2, end));
  chosen = variable(order(change(order) > 1e-6 * max (change)));
  if (isempty (chosen))
    error ("hybridsam:plot:variables", "hybrid_plot: the learned function is constant over %s around the medians of the data; give \"variables\"", strjoin (names, ", "));
  endif
endfunction

function x = axis_of (points, q, n)
  values = points(q.rows,:)(:);
  x = linspace (min (values), max (values), n);
endfunction

## Points (n x N) at the medians but for the variables q.
function z = grid_of (points, q, varargin)
  z = repmat (median (points, 2), 1, numel (varargin{1}));
  for k = 1:numel (q)
    z(q(k).rows,:) = repmat (varargin{k}(:)', numel (q(k).rows), 1);
  endfor
endfunction

function y = learned_at (fit, law, z, row)
  model = fit.model;
  [cm, ~, layout] = core_problem ("hybrid_plot", model, fit.data, false);
  vector = values_pack ("hybrid_plot", model, fit.values, layout);
  n = columns (z);
  x = zeros (model.n_x + model.n_own, n);
  u = z;
  if (! isempty (model.functions.rhs))
    x(1:model.n_x,:) = z(1:model.n_x,:);
    u = z(model.n_x+1:end,:);
    if (model.n_own)  # of single trajectories: their mean
      x(model.n_x+1:end,:) = repmat (mean (reshape (vector(layout.own+1:layout.x0_first), model.n_own, []), 2), 1, n);
    endif
  endif
  [~, network] = law_at (cm, model, vector, repmat (median (law.t), 1, n), x, u);
  y = network(row,:);
endfunction

function draw_curve (h, fits, opt, q, points, learned, component)
  a = plot_panel (h, 1, 1, 1);
  x = axis_of (points, q, 101);
  y = cell2mat (cellfun (@(f) learned (f, grid_of (points, q, x)), fits(:), "UniformOutput", false));
  c = plot_colour (2);
  if (rows (y) > 1)
    patch (a, [x, fliplr(x)], [min(y), fliplr(max (y))], 0.35 * c + 0.65, "edgecolor", "none");
  endif
  plot (a, x, median (y, 1), plot_curve (c){:});
  low = min (y(:)) - 0.06 * max (range (y(:)), eps);
  values = points(q.rows,:)(:)';
  plot (a, values, low + 0 * values, "linestyle", "none", "marker", "+", "markersize", 6, "color", plot_grey ());
  plot_loosen (a);
  plot_say (a, q.name, ["learned part of " component], "");
  plot_explain (h, {plot_curve(c), plot_curve(0.35 * c + 0.65), plot_dots(plot_grey ())}, {"median of the fits", sprintf("their range (%d)", rows (y)), "where the solutions were"});
endfunction

## The median, and with several fits their range, as maps; points where the solutions were.
function draw_map (h, fits, q, points, learned, component)
  n = 41;
  x = axis_of (points, q(1), n);
  y = axis_of (points, q(2), n);
  [X, Y] = meshgrid (x, y);
  z = cell2mat (cellfun (@(f) learned (f, grid_of (points, q, X, Y)), fits(:), "UniformOutput", false));
  maps = {median(z, 1)};
  heads = {sprintf("learned part of %s, %s upwards", component, q(2).name)};
  if (numel (fits) > 1)
    maps{2} = max (z, [], 1) - min (z, [], 1);
    heads = {[heads{1} ": median"], sprintf("range of the %d fits", numel (fits))};
  endif
  [a, b] = pairs (points, q);
  for k = 1:numel (maps)
    axis_of_map = plot_panel (h, 1, numel (maps), k);
    pcolor (axis_of_map, x, y, reshape (maps{k}, n, n));
    shading (axis_of_map, "flat");
    colorbar (axis_of_map);
    plot (axis_of_map, a, b, "linestyle", "none", "marker", ".", "markersize", 5, "color", [0 0 0]);
    axis (axis_of_map, [x([1 end]), y([1 end])]);
    plot_say (axis_of_map, q(1).name, "", heads{k});
  endfor
  plot_explain (h, {plot_dots([0 0 0])}, {"where the solutions were"});
endfunction

## Some hundred points of both variables; of fields pixel by pixel.
function [a, b] = pairs (points, q)
  a = points(q(1).rows,:);
  b = points(q(2).rows,:);
  if (rows (a) != rows (b))  # a field and a number: its first pixel
    a = a(1,:);
    b = b(1,:);
  endif
  at = unique (1 + mod (7919 * (0:499), numel (a)));
  a = a(at);
  b = b(at);
endfunction
