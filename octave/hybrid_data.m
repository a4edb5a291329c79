## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{data} =} hybrid_data (@var{t}, @var{Y})
## @deftypefnx {} {@var{data} =} hybrid_data (@var{t}, @var{Y}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{data} =} hybrid_data (@var{file}, "outputs", @{@dots{}@}, @var{name}, @var{value}, @dots{})
## A data set: a list of trajectories, or of samples for an algebraic model.
##
## From arrays: @var{t} is T x 1, @var{Y} is T x n_y x B for B trajectories; or both are cell arrays with one entry a trajectory, each with
## its own times and length (a single @var{t} may serve all).  NaN in @var{Y} means not measured.  An algebraic data set has
## @code{t = []} and one sample a row of @var{Y}.  To simulate without measurements: @code{hybrid_data (t, [], "initial", X0)},
## @code{hybrid_data (t, [], "features", Z)}, @code{hybrid_data ([], [], "inputs", U)}.
##
## @table @asis
## @item @qcode{"inputs"}
## U, T x n_u x B (or cells; N x n_u for algebraic data), in the order of the model's inputs, at the same times.
## @item @qcode{"interpolation"}
## Between samples: @qcode{"zoh"} (holds the value of the sample before, default), @qcode{"linear"}, @qcode{"pchip"}.  Solvers never step across a break.
## @item @qcode{"initial"}
## X0, n_x x B, or n_x x 1 for all.  A column of NaN: that trajectory starts from its own first sample.  @qcode{"estimate"}: the initial state of
## every trajectory is fitted, starting from its first measured values.
## @item @qcode{"initial_spread"}
## S, n_x x B, n_x x 1 or a number: the initial states are fitted, with a Gaussian prior of mean X0 and standard deviation S (Inf: free; 0: that one is
## known).  When X0 is the first sample and every S is finite, that sample does not count in the loss a second time.
## @item @qcode{"weights"}
## Weights of the squared errors, >= 0: as @var{Y}, or T x 1 (a sample), or 1 x n_y (an output).
## @item @qcode{"features"}
## Z, n_z x B, the numbers that the model's @qcode{"initial"} function gets by name.
## @end table
##
## From a text file with a header line (columns separated by commas): @qcode{"outputs"} and @qcode{"inputs"} name columns; @qcode{"time"}
## names the time column (without it the data are algebraic); @qcode{"trajectory"} names one or several columns whose values
## together say which trajectory a row belongs to; @qcode{"where"}, @{NAME, VALUE, @dots{}@} keeps the rows whose column NAME
## equals VALUE (a number, a string, or any of several); @qcode{"every"}, k keeps every k-th row of each trajectory
## (inputs too: a jump moves to the next row that is kept).  Angles are not converted.
##
## @code{disp (data)} shows counts, ranges and the missing share.  Fields can be read (@code{data.t}, N x 1; @code{data.y}, N x n_y;
## @code{data.count}, B x 1; @dots{}) but not changed.
##
## @example
## t = (0:0.5:5)';
## data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [2*cos(t), -2*sin(t)]));
## disp (data)
## @end example
##
## Errors: @code{hybridsam:data:*} (@code{times}, @code{shape}, @code{finite}, @code{empty}, @code{weights}, @code{inputs},
## @code{initial}, @code{file}, @code{column}, @dots{}), @code{hybridsam:option:*}.
## @seealso{hybrid_model, hybrid_segment, hybrid_train}
## @end deftypefn

function data = hybrid_data (t, varargin)
  if (nargin < 2)
    error ("hybridsam:data:usage", "hybrid_data: times and measurements are needed: hybrid_data (t, Y), or a file name and \"outputs\"");
  endif
  if (ischar (t))
    data = hybrid_dataset (from_file (t, varargin{:}));
    return;
  endif
  Y = varargin{1};
  defaults = struct ("inputs", [], "interpolation", "zoh", "initial", [], "initial_spread", [], "weights", [], "features", []);
  opt = parse_options ("hybrid_data", defaults, varargin{2:end});
  if (! iscell (t) && isempty (t))
    s = from_rows (Y, opt);
  else
    s = from_trajectories (t, Y, opt);
  endif
  data = hybrid_dataset (s);
endfunction

## ---- from arrays

function s = from_rows (Y, opt)
  Y = check_matrix ("Y", Y);
  U = check_matrix ("\"inputs\"", opt.inputs);
  if (isempty (Y))
    Y = zeros (rows (U), 0);  # to simulate
  endif
  if (isempty (Y) && isempty (U))
    error ("hybridsam:data:empty", "hybrid_data: an algebraic data set (t = []) needs measurements or, to simulate, \"inputs\"; Y is empty");
  endif
  N = rows (Y);
  if (! isempty (U) && rows (U) != N)
    error ("hybridsam:data:inputs", "hybrid_data: \"inputs\" has %d rows, Y has %d; one row a sample is needed", rows (U), N);
  endif
  if (! isempty (opt.initial) || ! isempty (opt.initial_spread))
    error ("hybridsam:data:initial", "hybrid_data: algebraic data (t = []) have no initial state");
  endif
  s = assemble (ones (N, 1), zeros (N, 1), Y, U, opt, true);
endfunction

function s = from_trajectories (t, Y, opt)
  opt = estimated_states (opt);
  X0 = check_matrix ("\"initial\"", opt.initial);
  [t, Y, B] = as_cells (t, Y, max (columns (X0), columns (check_matrix ("\"features\"", opt.features))));
  U = as_parts ("\"inputs\"", opt.inputs, B);
  count = cellfun (@numel, t)(:);
  for b = 1:B
    check_times (t{b}, b);
    check_rows ("Y", Y{b}, count(b), b);
    check_rows ("\"inputs\"", U{b}, count(b), b);
  endfor
  check_columns ("Y", Y);
  check_columns ("\"inputs\"", U);
  stacked = vertcat (Y{:});
  if (isempty (stacked))
    stacked = zeros (sum (count), 0);
    if (isempty (X0) && isempty (opt.features))
      error ("hybridsam:data:empty", "hybrid_data: without measurements \"initial\" (or \"features\") is needed: hybrid_data (t, [], \"initial\", X0)");
    endif
  endif
  t = cellfun (@(a) double (full (a(:))), t, "UniformOutput", false);
  s = assemble (count, vertcat (t{:}), stacked, vertcat (U{:}), opt, false);
endfunction

## "estimate" is short for a free spread around the first sample.
function opt = estimated_states (opt)
  if (ischar (opt.initial))
    if (! strcmp (opt.initial, "estimate"))
      error ("hybridsam:data:initial", "hybrid_data: \"initial\" must be a matrix or \"estimate\", got %s", short_text (opt.initial));
    endif
    opt.initial = [];
    if (isempty (opt.initial_spread))
      opt.initial_spread = Inf;
    endif
  endif
endfunction

function [t, Y, B] = as_cells (t, Y, B0)
  if (iscell (Y))
    B = numel (Y);
  elseif (isempty (Y))
    B = max ([1, B0, iscell(t) * numel(t)]);
    Y = [];
  else
    B = size (Y, 3);
  endif
  if (iscell (Y) && B == 0)
    error ("hybridsam:data:empty", "hybrid_data: Y is an empty cell array; one entry a trajectory is needed");
  endif
  if (! iscell (t))
    t = repmat ({t}, 1, B);
  elseif (numel (t) != B)
    error ("hybridsam:data:shape", "hybrid_data: t has %d trajectories, Y has %d", numel (t), B);
  endif
  t = t(:)';
  Y = as_parts ("Y", Y, B);
endfunction

## One T x n matrix a trajectory, from a T x n x B array or cells; T x n serves all.
function parts = as_parts (what, A, B)
  if (iscell (A))
    if (numel (A) != B)
      error ("hybridsam:data:shape", "hybrid_data: %s has %d trajectories, expected %d", what, numel (A), B);
    endif
    parts = cellfun (@(a) check_matrix (what, a), A(:)', "UniformOutput", false);
    return;
  endif
  if (! (isnumeric (A) || islogical (A)) || ! isreal (A) || ndims (A) > 3)
    error ("hybridsam:data:shape", "hybrid_data: %s must be a real T x n x B array or a cell array, got %s", what, short_text (A));
  endif
  A = double (full (A));
  if (size (A, 3) != B && size (A, 3) != 1)
    error ("hybridsam:data:shape", "hybrid_data: %s has %d trajectories (third dimension), expected %d", what, size (A, 3), B);
  endif
  parts = cell (1, B);
  for b = 1:B
    parts{b} = A(:,:,min (b, size (A, 3)));
  endfor
endfunction

function A = check_matrix (what, A)
  if (! (isnumeric (A) || islogical (A)) || ! isreal (A) || ndims (A) > 2)
    error ("hybridsam:data:shape", "hybrid_data: %s must be a real matrix, got %s", what, short_text (A));
  endif
  A = double (full (A));
endfunction

function check_times (t, b)
  if (! isnumeric (t) || ! isreal (t) || ! isvector (t) || isempty (t))
    error ("hybridsam:data:times", "hybrid_data: the times of trajectory %d must be a real vector, got %s", b, short_text (t));
  endif
  k = find (! isfinite (t), 1);
  if (! isempty (k))
    error ("hybridsam:data:times", "hybrid_data: time %d of trajectory %d is %g; times must be finite", k, b, t(k));
  endif
  k = find (diff (t) <= 0, 1);
  if (! isempty (k))
    error ("hybridsam:data:times", "hybrid_data: times must increase; in trajectory %d time %d is %g after %g", b, k + 1, t(k+1), t(k));
  endif
endfunction

function check_rows (what, A, n, b)
  if (! isempty (A) && rows (A) != n)
    error ("hybridsam:data:shape", "hybrid_data: %s has %d rows in trajectory %d, which has %d times", what, rows (A), b, n);
  endif
endfunction

function check_columns (what, parts)
  n = cellfun (@columns, parts);
  if (any (n != n(1)))
    k = find (n != n(1), 1);
    error ("hybridsam:data:shape", "hybrid_data: %s has %d columns in trajectory %d and %d in trajectory 1", what, n(k), k, n(1));
  endif
endfunction

## ---- the parts together

function s = assemble (count, t, y, u, opt, algebraic)
  B = numel (count);
  check_measured (y, count, algebraic);
  check_word (opt.interpolation);
  if (isempty (u))
    u = zeros (rows (y), 0);
  endif
  if (any (! isfinite (u(:))))
    [i, j] = find (! isfinite (u), 1);
    error ("hybridsam:data:inputs", "hybrid_data: input %d is %g at %s; inputs must be finite", j, u(i,j), place (i, count, algebraic));
  endif
  s = struct ("count", count, "t", t, "y", y, "weight", spread_weights (opt.weights, y, count, algebraic), "u", u, ...
              "interpolation", opt.interpolation, "x0", spread_states (opt.initial, B), "spread", [], "unit", (1:B)', "next", [], "features", check_features (opt.features, B), ...
              "algebraic", algebraic, "output_names", {{}}, "input_names", {{}}, "trajectory_names", {{}}, "dropped", 0);
  s.spread = spread_of_states (opt.initial_spread, s.x0, columns (y), B);
endfunction

## n_x x B, [] when the initial states are not estimated.
function S = spread_of_states (given, x0, n_y, B)
  S = check_matrix ("\"initial_spread\"", given);
  if (isempty (S))
    S = [];
    return;
  endif
  n_x = {rows(x0), n_y}{1 + isempty(x0)};
  if (isscalar (S))
    S = repmat (S, n_x, B);
  elseif (columns (S) == 1)
    S = repmat (S, 1, B);
  endif
  if (rows (S) != n_x || columns (S) != B)
    error ("hybridsam:data:initial", "hybrid_data: \"initial_spread\" is %d x %d; it must be a number, %d x 1 or %d x %d", rows (given), columns (given), ...
           n_x, n_x, B);
  endif
  if (any (isnan (S(:)) | S(:) < 0))
    error ("hybridsam:data:initial", "hybrid_data: \"initial_spread\" must be >= 0 (Inf: no prior), got %s", short_text (S));
  endif
endfunction

## Where row i of all samples is, in the user's words.
function text = place (i, count, algebraic)
  if (algebraic)
    text = sprintf ("sample %d", i);
  else
    last = cumsum (count(:));
    b = find (i <= last, 1);
    text = sprintf ("sample %d of trajectory %d", i - last(b) + count(b), b);
  endif
endfunction

function check_measured (y, count, algebraic)
  if (any (isinf (y(:))))
    [i, j] = find (isinf (y), 1);
    error ("hybridsam:data:finite", "hybrid_data: output %d is %g at %s; write NaN for what was not measured", j, y(i,j), ...
           place (i, count, algebraic));
  endif
  if (isempty (y))
    return;
  endif
  j = find (all (isnan (y), 1), 1);
  if (! isempty (j))
    error ("hybridsam:data:empty", "hybrid_data: output %d was never measured (all NaN); leave it out of Y", j);
  endif
  if (! algebraic)
    measured = mat2cell (any (! isnan (y), 2), count, 1);
    b = find (! cellfun (@any, measured), 1);
    if (! isempty (b))
      error ("hybridsam:data:empty", "hybrid_data: nothing was measured in trajectory %d (all NaN); leave it out", b);
    endif
  endif
endfunction

function check_word (word)
  known = {"zoh", "linear", "pchip"};
  if (! ischar (word) || ! any (strcmp (word, known)))
    error ("hybridsam:data:interpolation", "hybrid_data: \"interpolation\" must be one of %s, got %s", strjoin (known, ", "), short_text (word));
  endif
endfunction

## N x n_y. Given as Y, or with one row for all samples, or with one column for all outputs.
function w = spread_weights (given, y, count, algebraic)
  w = [];
  if (isempty (given))
    return;
  endif
  if (algebraic)
    count = rows (y);  # one block of samples
  endif
  parts = as_parts ("\"weights\"", given, numel (count));
  for b = 1:numel (parts)
    parts{b} = check_weights (parts{b}, b, count(b), columns (y));
  endfor
  w = vertcat (parts{:});
  if (! any (w(! isnan (y)) > 0) && ! isempty (y))
    error ("hybridsam:data:weights", "hybrid_data: \"weights\" are zero wherever something was measured");
  endif
endfunction

function w = check_weights (w, b, n, n_y)
  if (! any (rows (w) == [1, n]) || ! any (columns (w) == [1, n_y]))
    error ("hybridsam:data:weights", ["hybrid_data: \"weights\" are %d x %d in trajectory %d, which has %d samples of %d outputs; they must be as Y, " ...
           "a column for the samples or a row for the outputs"], rows (w), columns (w), b, n, n_y);
  endif
  k = find (! isfinite (w) | w < 0, 1);
  if (! isempty (k))
    error ("hybridsam:data:weights", "hybrid_data: a weight in trajectory %d is %g; weights must be finite and >= 0", b, w(k));
  endif
  w = w .* ones (n, n_y);
endfunction

function x0 = spread_states (given, B)
  x0 = check_matrix ("\"initial\"", given);
  if (isempty (x0))
    x0 = [];
    return;
  endif
  if (columns (x0) == 1)
    x0 = repmat (x0, 1, B);
  endif
  if (columns (x0) != B)
    error ("hybridsam:data:initial", "hybrid_data: \"initial\" has %d columns for %d trajectories; it must be n_x x B, or n_x x 1 for all", ...
           columns (x0), B);
  endif
  bad = any (! isfinite (x0), 1) & ! all (isnan (x0), 1);
  if (any (bad))
    error ("hybridsam:data:initial", ["hybrid_data: the initial state of trajectory %d is %s; it must be finite (or NaN as a whole: the " ...
           "trajectory starts from its first sample)"], find (bad, 1), short_text (x0(:,find (bad, 1))));
  endif
endfunction

function z = check_features (z, B)
  z = check_matrix ("\"features\"", z);
  if (isempty (z))
    z = [];
    return;
  endif
  if (columns (z) != B || any (! isfinite (z(:))))
    error ("hybridsam:data:features", "hybrid_data: \"features\" must be n_z x %d finite numbers, one column a trajectory, got %s", B, short_text (z));
  endif
endfunction

## ---- from a file

function s = from_file (file, varargin)
  defaults = struct ("time", "", "trajectory", {{}}, "outputs", {{}}, "inputs", {{}}, "where", {{}}, "every", 1, ...
                     "interpolation", "zoh", "initial", [], "initial_spread", [], "weights", [], "features", []);
  opt = parse_options ("hybrid_data", defaults, varargin{:});
  outputs = column_names ("outputs", opt.outputs);
  inputs = column_names ("inputs", opt.inputs);
  keys = column_names ("trajectory", opt.trajectory);
  if (isempty (outputs))
    error ("hybridsam:data:column", "hybrid_data: \"outputs\" must name at least one column of %s", file);
  endif
  if (! isnumeric (opt.every) || ! isscalar (opt.every) || ! (opt.every >= 1) || opt.every != fix (opt.every) || isinf (opt.every))
    error ("hybridsam:data:every", "hybrid_data: \"every\" must be a whole number >= 1, got %s", short_text (opt.every));
  endif
  table = read_table (file);
  keep = rows_where (table, opt.where);
  [group, names] = group_rows (table, keys, keep);
  numbers = @(list) horzcat (zeros (table.n, 0), cellfun (@(c) numeric_column (table, c), list, "UniformOutput", false){:});
  Y = numbers (outputs);
  U = numbers (inputs);
  if (isempty (opt.time))
    k = find (keep)(1:opt.every:end);
    s = from_rows (Y(k,:), setfield (opt, "inputs", U(k,:)));
  else
    t = numeric_column (table, opt.time);
    index = cellfun (@(k) k(1:opt.every:end), accumarray (group(keep), find (keep), [], @(k) {sort(k)}), "UniformOutput", false)';
    pick = @(A) cellfun (@(k) A(k,:), index, "UniformOutput", false);
    if (isempty (inputs))
      opt.inputs = [];
    else
      opt.inputs = pick (U);
    endif
    s = from_trajectories (pick (t), pick (Y), opt);
    s.trajectory_names = names;
  endif
  s.output_names = outputs;
  s.input_names = inputs;
endfunction

function names = column_names (option, names)
  if (isempty (names))
    names = {};
  elseif (ischar (names) && rows (names) == 1)
    names = {names};
  elseif (! iscellstr (names))
    error ("hybridsam:data:column", "hybrid_data: \"%s\" must be a column name or a cell array of names, got %s", option, short_text (names));
  endif
  names = names(:)';
endfunction

function keep = rows_where (table, where)
  keep = true (table.n, 1);
  if (! iscell (where) || mod (numel (where), 2) != 0)
    error ("hybridsam:data:where", "hybrid_data: \"where\" must be a cell array {NAME, VALUE, ...}");
  endif
  for k = 1:2:numel (where)
    column = table_column (table, where{k});
    value = where{k+1};
    if (iscell (column) && (ischar (value) || iscellstr (value)))
      keep &= ismember (column, value);
    elseif (! iscell (column) && (isnumeric (value) || islogical (value)))
      keep &= ismember (column, double (value));
    else
      error ("hybridsam:data:where", "hybrid_data: column %s of %s has %s, \"where\" gives %s", where{k}, table.file, ...
             {"numbers", "words"}{1 + iscell(column)}, short_text (value));
    endif
  endfor
  if (! any (keep))
    error ("hybridsam:data:empty", "hybrid_data: no row of %s fits \"where\"", table.file);
  endif
endfunction

## Trajectories in the order of their first row. Rows are numbered by what stands in each key column; only a trajectory's first row is put into words.
function [group, names] = group_rows (table, keys, keep)
  code = ones (table.n, 1);
  words = cell (1, numel (keys));
  for k = 1:numel (keys)
    words{k} = table_column (table, keys{k});
    [values, ~, which] = unique (words{k});
    if (! iscell (words{k}))
      which(isnan (words{k})) = numel (values);  # one number for all that is missing
    endif
    code = (code - 1) * numel (values) + which(:);
    [~, ~, code] = unique (code);  # small again, whatever the number of keys
  endfor
  rows = find (keep);
  [~, first, number] = unique (code(keep), "first");
  [first, order] = sort (first);
  rank(order) = 1:numel (order);
  group = zeros (table.n, 1);
  group(rows) = rank(number);
  names = arrayfun (@(r) row_name (words, r), rows(first)', "UniformOutput", false);
endfunction

function name = row_name (words, r)
  parts = cell (1, numel (words));
  for k = 1:numel (words)
    if (iscell (words{k}))
      parts{k} = words{k}{r};
    else
      parts{k} = sprintf ("%.15g", words{k}(r));
    endif
  endfor
  name = strjoin (parts, "/");
endfunction

function c = numeric_column (table, name)
  c = table_column (table, name);
  if (iscell (c))
    error ("hybridsam:data:column", "hybrid_data: column %s of %s has words, numbers were expected", name, table.file);
  endif
endfunction

%!shared t, Y
%! t = (0:0.5:5)';
%! Y = cat (3, [cos(t), -sin(t)], [2*cos(t), -2*sin(t)]);
%!test
%! data = hybrid_data (t, Y);
%! assert (data.count, [11; 11]);
%! assert (size (data.y), [22 2]);
%! assert (evalc ("disp (data)")(1:22), "data set of 2 trajecto");
%!test  # ragged, own times
%! data = hybrid_data ({t, t(1:4)}, {Y(:,:,1), Y(1:4,:,2)}, "inputs", {t, t(1:4)});
%! assert (data.count, [11; 4]);
%! assert (data.u, [t; t(1:4)]);
%!test  # algebraic, weights for the outputs
%! data = hybrid_data ([], [1 2; 3 NaN], "inputs", [5; 6], "weights", [1 2]);
%! assert (data.algebraic && isequal (data.weight, [1 2; 1 2]));
%!test  # weights a sample, and as Y
%! assert (hybrid_data (t, Y, "weights", t).weight, [t; t] * [1 1]);
%! assert (size (hybrid_data (t, Y, "weights", abs (Y)).weight), [22 2]);
%!test  # to simulate
%! data = hybrid_data (t, [], "initial", [1 2; 0 0]);
%! assert (data.count, [11; 11]);
%! assert (columns (data.y), 0);
%! assert (hybrid_data (t, [], "features", [1 2 3]).count, [11; 11; 11]);
%! assert (size (hybrid_data ([], [], "inputs", [1; 2; 3]).y), [3 0]);
%!test  # single, integer and logical numbers
%! assert (class (hybrid_data (single (t), int8 (10 * Y)).y), "double");
%!test  # sparse numbers; weights of their own for each trajectory
%! assert (hybrid_data (sparse (t), sparse (Y(:,:,1))).y, Y(:,:,1));
%! d = hybrid_data ({t, t(1:2)}, {Y(:,:,1), Y(1:2,:,2)}, "weights", {t, [1 2; 3 4]});
%! assert (d.weight, [t, t; 1 2; 3 4]);
%! assert (size (d.u), [13 0]);
%!test  # saving
%! data = hybrid_data (t, Y);
%! file = tempname ();
%! unwind_protect
%!   save ("-text", file, "data");
%!   other = load (file);
%!   assert (other.data.y, data.y);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%!test  # a file with several keys, strings and thinning
%! file = tempname ();
%! unwind_protect
%!   f = fopen (file, "w");
%!   fprintf (f, "set,run,time,\"a\",b\n");
%!   for run = 1:2
%!     fprintf (f, "id,%d,%g,%g,%g\n", [run run run run; 0 1 2 3; 1 2 3 4; 5 6 7 8]);
%!   endfor
%!   fprintf (f, "val,1,0,1,9\nval,1,1,NaN,\n");
%!   fclose (f);
%!   d = hybrid_data (file, "time", "time", "trajectory", {"set", "run"}, "outputs", {"b"}, "inputs", {"a"}, "where", {"set", "id"});
%!   assert (d.count, [4; 4]);
%!   assert (d.trajectory_names, {"id/1", "id/2"});
%!   assert (d.y, [5:8, 5:8]');
%!   d = hybrid_data (file, "time", "time", "trajectory", {"set", "run"}, "outputs", {"b"}, "every", 2);
%!   assert (d.count, [2; 2; 1]);
%!   d = hybrid_data (file, "outputs", {"b", "a"}, "where", {"run", 1});
%!   assert (d.algebraic && rows (d.y) == 6);
%!   fail ("hybrid_data (file, \"outputs\", {\"bb\"})", "did you mean b");
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%!test  # estimated initial states
%! d = hybrid_data (t, Y, "initial", "estimate");
%! assert (d.spread, Inf (2, 2));
%! assert (isempty (d.x0));
%! d = hybrid_data (t, Y, "initial", [1 2; 0 0], "initial_spread", [0.1; 0]);
%! assert (d.spread, [0.1 0.1; 0 0]);
%!error id=hybridsam:data:initial hybrid_data ([0 1], [1; 2], "initial", "estimated")
%!error id=hybridsam:data:initial hybrid_data ([0 1], [1; 2], "initial_spread", -1)
%!error id=hybridsam:data:initial hybrid_data ([0 1], [1; 2], "initial_spread", NaN)
%!error id=hybridsam:data:initial hybrid_data ([0 1], [1; 2], "initial_spread", [1; 2])
%!error id=hybridsam:data:initial hybrid_data ([], [1; 2], "initial_spread", 1)
%!error id=hybridsam:data:usage hybrid_data ()
%!error id=hybridsam:data:usage hybrid_data (1)
%!error id=hybridsam:data:times hybrid_data ([0 1 1], [1;2;3])
%!error <in trajectory 1 time 3 is 1 after 1> hybrid_data ([0 1 1], [1;2;3])
%!error id=hybridsam:data:times hybrid_data ([0 NaN 1], [1;2;3])
%!error id=hybridsam:data:times hybrid_data ([0 Inf], [1;2])
%!error id=hybridsam:data:times hybrid_data (eye (2), [1;2])
%!error id=hybridsam:data:shape hybrid_data ([0 1 2], [1;2])
%!error id=hybridsam:data:shape hybrid_data ({[0 1]}, {[1;2], [1;2]})
%!error id=hybridsam:data:shape hybrid_data ({[0 1], [0 1]}, {[1;2], [1 2;2 3]})
%!error id=hybridsam:data:shape hybrid_data ([0 1], "ab")
%!error id=hybridsam:data:shape hybrid_data ([0 1], [1; 2i])
%!error id=hybridsam:data:finite hybrid_data ([0 1], [1; Inf])
%!error id=hybridsam:data:empty hybrid_data ([0 1], [NaN; NaN])
%!error id=hybridsam:data:empty hybrid_data ({[0 1], [0 1]}, {[1; 2], [NaN; NaN]})
%!error id=hybridsam:data:empty hybrid_data ([0 1], [1 NaN; 2 NaN])
%!error id=hybridsam:data:empty hybrid_data ([], [])
%!error id=hybridsam:data:empty hybrid_data ({}, {})
%!error id=hybridsam:data:empty hybrid_data ([0 1], [])
%!error id=hybridsam:data:inputs hybrid_data ([0 1], [1; 2], "inputs", [1; NaN])
%!error id=hybridsam:data:inputs hybrid_data ([], [1; 2], "inputs", [1; 2; 3])
%!error id=hybridsam:data:shape hybrid_data ([0 1], [1; 2], "inputs", [1; 2; 3])
%!error id=hybridsam:data:initial hybrid_data ([0 1], [1; 2], "initial", [1 2 3])
%!error id=hybridsam:data:initial hybrid_data ([0 1], [1; 2], "initial", Inf)
%!error id=hybridsam:data:initial hybrid_data ([], [1; 2], "initial", 1)
%!error id=hybridsam:data:weights hybrid_data ([0 1], [1; 2], "weights", -1)
%!error id=hybridsam:data:weights hybrid_data ([0 1], [1; 2], "weights", [1 2 3])
%!error id=hybridsam:data:weights hybrid_data ([0 1], [1; 2], "weights", NaN)
%!error id=hybridsam:data:weights hybrid_data ([0 1], [1; 2], "weights", [0; 0])
%!error id=hybridsam:data:weights hybrid_data ([0 1], [1; NaN], "weights", [0; 1])
%!error <in trajectory 2> hybrid_data ({[0 1 2], [0 1]}, {[1;2;3], [1;2]}, "weights", {[1;1;1], [1;1;1]})
%!error id=hybridsam:data:weights hybrid_data ({[0 1 2], [0 1]}, {[1;2;3], [1;2]}, "weights", {[1;1], [1;1;1]})
%!error id=hybridsam:data:shape hybrid_data ({[0 1 2], [0 1]}, {[1;2;3], [1;2]}, "weights", {[1;1]})
%!error id=hybridsam:data:shape hybrid_data ([0 1], [1; 2], "weights", "a")
%!error <sample 2 of trajectory 2> hybrid_data ({[0 1], [0 1]}, {[1;2], [1;2]}, "inputs", {[1;2], [1;Inf]})
%!error <sample 1 of trajectory 2> hybrid_data ({[0 1], [0 1]}, {[1;2], [Inf;2]})
%!error id=hybridsam:data:times hybrid_data (struct (), [1; 2])
%!error id=hybridsam:data:times hybrid_data ({[0 1], {1}}, {[1; 2], [1; 2]})
%!error id=hybridsam:data:times hybrid_data ({[0 1], "ab"}, {[1; 2], [1; 2]})
%!error id=hybridsam:data:features hybrid_data ([0 1], [1; 2], "features", [1 2])
%!error id=hybridsam:data:interpolation hybrid_data ([0 1], [1; 2], "interpolation", "cubic")
%!error id=hybridsam:data:file hybrid_data ("no such file.csv", "outputs", {"a"})
%!error id=hybridsam:data:column hybrid_data ("x.csv", "time", "t")
%!error id=hybridsam:data:field hybrid_data ([0 1], [1; 2]).nothing
%!error id=hybridsam:option:unknown hybrid_data ([0 1], [1; 2], "input", 1)
