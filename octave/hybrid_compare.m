## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{tab} =} hybrid_compare (@var{task}, @var{methods}, @var{name}, @var{value}, @dots{})
## Train a task by several methods, from several seeds, and judge the parameters and the predictions.
##
## @var{task} comes from @code{hybrid_task}, or is your own struct with its fields.  @var{methods} is a cell array of names (@qcode{"erm"}, @qcode{"sam"}) or
## of @{LABEL, NAME, VALUE, @dots{}@}, options of @code{hybrid_train}.  The values after the last iteration are judged.
##
## Options:
##
## @table @asis
## @item @qcode{"seeds"}, @var{numbers}
## Seeds of the start values and minibatches, and of the task where it has a seed to draw from (default 1:5).
## @item @qcode{"train"}, @{NAME, VALUE, @dots{}@}
## Options for all methods, after the task's own, such as @code{@{"iterations", 500@}}.
## @item @qcode{"data_seeds"}, true | false
## A task of @code{hybrid_task} is drawn anew for each seed (default true); false: always the one given.
## @item @qcode{"file"}, @var{name}
## The table so far is written there after every run (a MAT file; beside it a CSV of all runs), and runs that it already holds are not made again: an interrupted
## comparison goes on where it was.
## @item @qcode{"display"}, @qcode{"final"} | @qcode{"iter"} | @qcode{"off"}
## Print the table; each run as it ends, too.
## @end table
##
## @var{tab}: @code{labels}, @code{seeds}, @code{measures}, @code{values} (methods x seeds x measures), @code{params} (cell, methods x seeds),
## @code{median}, @code{low}, @code{high} (methods x measures), @code{task}, @code{settings}.  The measures are
##
## @table @code
## @item theta_error
## @code{task.truth.error}: mean absolute error, or 1 - cosine.
## @item validation_error, test_error, shifted_error
## Root of the mean squared error on @code{task.validation}, @code{task.test} and @code{task.shifted} (NaN without), in the data's units.
## @item network_share
## How much of the derivative (algebraic: output) the networks make along the model's solutions of the test data, from 0 to 1.
## @item seconds
## Of training.
## @end table
##
## @example
## task = hybrid_task ("pendulum");
## tab  = hybrid_compare (task, @{"erm", @{"SAM 0.2", "method", "sam", "rho", 0.2@}@}, "seeds", 1:3);
## hybrid_plot (tab)
## @end example
##
## Errors: @code{hybridsam:compare:*}, those of @code{hybrid_train}.
## @seealso{hybrid_task, hybrid_train, hybrid_sweep, hybrid_plot}
## @end deftypefn

function tab = hybrid_compare (task, methods, varargin)
  if (nargin < 2)
    error ("hybridsam:compare:usage", "hybrid_compare: a task and methods are needed: hybrid_compare (hybrid_task (NAME), {\"erm\", \"sam\"})");
  endif
  task = check_task (task);
  methods = check_methods (methods);
  opt = parse_options ("hybrid_compare", struct ("seeds", 1:5, "train", {{}}, "data_seeds", true, "file", "", "display", "final"), varargin{:});
  check_options (opt);
  tab = empty_table (task, methods, opt);
  tab = take_over (tab, opt.file);
  for s = 1:numel (opt.seeds)
    now = [];
    for k = 1:numel (methods)
      if (! isnan (tab.values(k,s,end)))
        continue;
      endif
      if (isempty (now))
        now = drawn (task, opt, opt.seeds(s));
      endif
      [tab.values(k,s,:), tab.params{k,s}] = one_run (now, methods{k}(2:end), opt, opt.seeds(s));
      tab = with_spread (tab);
      if (strcmp (opt.display, "iter"))
        printf ("%s, seed %d, %s: %s\n", task.name, opt.seeds(s), methods{k}{1}, strjoin (cellfun (@(m, x) sprintf ("%s %.4g", m, x), tab.measures, ...
                num2cell (squeeze (tab.values(k,s,:))'), "UniformOutput", false), ", "));
        fflush (stdout);
      endif
      keep (tab, opt.file);
    endfor
  endfor
  tab = with_spread (tab);
  if (! strcmp (opt.display, "off"))
    print_table (tab);
  endif
endfunction

## ---- checks

function task = check_task (task)
  needed = {"model", "train", "test", "truth", "options"};
  if (! isstruct (task) || ! isscalar (task) || ! all (isfield (task, needed)))
    error ("hybridsam:compare:task", "hybrid_compare: TASK must come from hybrid_task, or be a struct with the fields %s, got %s", strjoin (needed, ", "), short_text (task));
  endif
  check_model ("hybrid_compare", "compare", task.model);
  check_data ("hybrid_compare", "compare", task.train);
  check_data ("hybrid_compare", "compare", task.test);
  for more = {"name", "own"; "shifted", []; "validation", []; "variant", ""; "seed", []}'
    if (! isfield (task, more{1}))
      task.(more{1}) = more{2};
    endif
  endfor
  if (! isstruct (task.truth) || ! isscalar (task.truth) || ! isfield (task.truth, "error") || ! is_function_handle (task.truth.error))
    error ("hybridsam:compare:task", "hybrid_compare: task.truth must have a field \"error\", a function of the parameters' struct that returns a number");
  endif
  if (! iscell (task.options))
    error ("hybridsam:compare:task", "hybrid_compare: task.options must be a cell array {NAME, VALUE, ...} for hybrid_train, got %s", short_text (task.options));
  endif
endfunction

function methods = check_methods (methods)
  if (ischar (methods))
    methods = {methods};
  endif
  if (! iscell (methods) || isempty (methods))
    error ("hybridsam:compare:methods", "hybrid_compare: METHODS must be a cell array of names or of {LABEL, NAME, VALUE, ...}, got %s", short_text (methods));
  endif
  for k = 1:numel (methods)
    m = methods{k};
    if (ischar (m))
      m = {m, "method", m};
    endif
    if (! iscell (m) || isempty (m) || ! ischar (m{1}) || mod (numel (m), 2) != 1)
      error ("hybridsam:compare:methods", "hybrid_compare: method %d must be a name or {LABEL, NAME, VALUE, ...}, got %s", k, short_text (m));
    endif
    methods{k} = m;
  endfor
  labels = cellfun (@(m) m{1}, methods, "UniformOutput", false);
  if (numel (unique (labels)) < numel (labels))
    error ("hybridsam:compare:methods", "hybrid_compare: each method needs a label of its own, got %s", strjoin (labels, ", "));
  endif
endfunction

function check_options (opt)
  s = opt.seeds;
  if (! isnumeric (s) || ! isreal (s) || isempty (s) || ! isvector (s) || ! all (s >= 0 & s == fix (s) & s <= flintmax) || numel (unique (s)) < numel (s))
    error ("hybridsam:compare:seeds", "hybrid_compare: \"seeds\" must be different whole numbers >= 0, got %s", short_text (s));
  endif
  if (! iscell (opt.train) || mod (numel (opt.train), 2))
    error ("hybridsam:compare:train", "hybrid_compare: \"train\" must be a cell array {NAME, VALUE, ...} for hybrid_train, got %s", short_text (opt.train));
  endif
  if (! isequal (opt.data_seeds, true) && ! isequal (opt.data_seeds, false))
    error ("hybridsam:compare:data_seeds", "hybrid_compare: \"data_seeds\" must be true or false, got %s", short_text (opt.data_seeds));
  endif
  if (! ischar (opt.file) || rows (opt.file) > 1 || (! isempty (fileparts (opt.file)) && ! isfolder (fileparts (opt.file))))
    error ("hybridsam:compare:file", "hybrid_compare: \"file\" must be the name of a file in a folder that exists, got %s", short_text (opt.file));
  endif
  if (! ischar (opt.display) || ! any (strcmp (opt.display, {"off", "final", "iter"})))
    error ("hybridsam:compare:display", "hybrid_compare: \"display\" must be off, final or iter, got %s", short_text (opt.display));
  endif
endfunction

## ---- the runs

function now = drawn (task, opt, seed)
  now = task;
  if (opt.data_seeds && ! isempty (task.seed) && isfield (task, "size"))
    now = hybrid_task (task.name, "seed", seed, "size", task.size, "variant", task.variant);
  endif
endfunction

function [values, params] = one_run (task, method, opt, seed)
  fit = hybrid_train (task.model, task.train, task.options{:}, opt.train{:}, method{:}, "seed", seed, "display", "off");
  solver = solver_options (fit.options);
  params = fit.last.params;
  error_on = @(data) sqrt (hybrid_gradient (task.model, data, fit.last, solver{:}));
  share = NaN;
  try
    if (task.model.trace)
      share = law_along (task.model, task.test, fit.last, solver).share;
    endif
  catch e
    unsolved_only (e);
  end_try_catch
  values = [task.truth.error(params), error_of(error_on, task.validation), error_of(error_on, task.test), error_of(error_on, task.shifted), share, fit.info.seconds];
endfunction

## Inf where the trained model cannot be solved: worse than any number. NaN without data.
function x = error_of (error_on, data)
  if (isempty (data))
    x = NaN;
    return;
  endif
  x = Inf;
  try
    x = error_on (data);
  catch e
    unsolved_only (e);
  end_try_catch
endfunction

## ---- the table

function tab = empty_table (task, methods, opt)
  measures = {"theta_error", "validation_error", "test_error", "shifted_error", "network_share", "seconds"};
  m = numel (methods);
  n = numel (opt.seeds);
  about = struct ("name", task.name, "variant", task.variant, "measure", "absolute");
  if (isfield (task.truth, "measure"))
    about.measure = task.truth.measure;
  endif
  settings = struct ("task", {task.options}, "train", {opt.train}, "methods", {methods}, "data_seeds", logical (opt.data_seeds));
  tab = struct ("type", "hybrid_table", "task", about, "labels", {cellfun(@(x) x{1}, methods, "UniformOutput", false)(:)'}, "seeds", opt.seeds(:)', ...
                "measures", {measures}, "values", NaN (m, n, numel (measures)), "params", {cell(m, n)}, "median", [], "low", [], "high", [], "settings", settings);
endfunction

## Runs of an earlier call with the same settings.
function tab = take_over (tab, file)
  if (isempty (file) || ! exist (file, "file"))
    return;
  endif
  try
    old = load (file, "tab").tab;
    good = isstruct (old) && strcmp (old.type, "hybrid_table") && isequal (old.measures, tab.measures) && isequal (size (old.values), [numel(old.labels), numel(old.seeds), numel(old.measures)](1:ndims (old.values)));
  catch e
    error ("hybridsam:compare:file", "hybrid_compare: %s cannot be read as a table of hybrid_compare: %s", file, e.message);
  end_try_catch
  if (! good)
    error ("hybridsam:compare:file", "hybrid_compare: %s is no table of hybrid_compare", file);
  endif
  same = @(s) {s.task, s.train, s.data_seeds};
  if (! isequal (old.task, tab.task) || ! isequal (same (old.settings), same (tab.settings)))
    error ("hybridsam:compare:file", "hybrid_compare: %s holds runs of another task or with other options; give another file, or delete it", file);
  endif
  for k = 1:numel (tab.labels)
    i = find (cellfun (@(m) isequal (m, tab.settings.methods{k}), old.settings.methods), 1);
    for s = 1:numel (tab.seeds)
      j = find (old.seeds == tab.seeds(s), 1);
      if (! isempty (i) && ! isempty (j))
        tab.values(k,s,:) = old.values(i,j,:);
        tab.params{k,s} = old.params{i,j};
      endif
    endfor
  endfor
endfunction

function tab = with_spread (tab)
  [m, ~, q] = size (tab.values);
  tab.median = tab.low = tab.high = NaN (m, q);
  for k = 1:m
    for j = 1:q
      x = tab.values(k,:,j)(! isnan (tab.values(k,:,end)));
      if (! isempty (x) && ! any (isnan (x)))
        tab.median(k,j) = median (x);
        tab.low(k,j) = min (x);
        tab.high(k,j) = max (x);
      endif
    endfor
  endfor
endfunction

## Whole or not at all: written beside and renamed.
function keep (tab, file)
  if (isempty (file))
    return;
  endif
  part = [file, ".part"];
  save ("-binary", part, "tab");
  [csv, message] = fopen ([file, ".csv"], "w");
  if (csv < 0)
    error ("hybridsam:compare:file", "hybrid_compare: %s.csv cannot be written: %s", file, message);
  endif
  fprintf (csv, "method,seed,%s\n", strjoin (tab.measures, ","));
  for k = 1:numel (tab.labels)
    for s = 1:numel (tab.seeds)
      if (! isnan (tab.values(k,s,end)))
        fprintf (csv, "\"%s\",%d%s\n", tab.labels{k}, tab.seeds(s), sprintf (",%.10g", tab.values(k,s,:)));
      endif
    endfor
  endfor
  fclose (csv);
  [status, message] = rename (part, file);
  if (status)
    error ("hybridsam:compare:file", "hybrid_compare: %s cannot be written: %s", file, message);
  endif
endfunction

function print_table (tab)
  shown = find (any (! isnan (tab.median), 1));
  width = max ([cellfun(@numel, tab.labels), 8]);
  printf ("%s: median [least largest] over %d seeds\n%-*s", tab.task.name, numel (tab.seeds), width, "");
  printf (" %30s", tab.measures{shown});
  printf ("\n");
  for k = 1:numel (tab.labels)
    printf ("%-*s", width, tab.labels{k});
    for j = shown
      printf (" %30s", sprintf ("%.3g [%.3g %.3g]", tab.median(k,j), tab.low(k,j), tab.high(k,j)));
    endfor
    printf ("\n");
  endfor
endfunction

%!shared task, few
%! task = hybrid_task ("pendulum", "size", 3);
%! few = {"iterations", 5};
%!test
%! tab = hybrid_compare (task, {"erm", {"SAM", "method", "sam", "rho", 0.1}}, "seeds", [1 2], "train", few, "display", "off");
%! assert (size (tab.values), [2 2 6]);
%! assert (all (isfinite (tab.values(:))));
%! fit = hybrid_train (hybrid_task ("pendulum", "size", 3, "seed", 2).model, hybrid_task ("pendulum", "size", 3, "seed", 2).train, task.options{:}, few{:}, ...
%!                     "method", "sam", "rho", 0.1, "seed", 2);
%! assert (tab.params{2,2}, fit.last.params);
%! assert (tab.values(2,2,1), abs (fit.last.params.w2 - (2*pi/6)^2), 1e-15);
%! assert (tab.values(2,2,3), sqrt (hybrid_gradient (task.model, hybrid_task ("pendulum", "size", 3, "seed", 2).test, fit.last, "solver", "rk4", "step", 0.5)), 1e-15);
%! assert (tab.median, squeeze (median (tab.values, 2)), 1e-15);
%!test  # one seed, one method; the share of the network is what its definition says
%! tab = hybrid_compare (task, "erm", "seeds", 3, "train", few, "data_seeds", false, "display", "off");
%! fit = hybrid_train (task.model, task.train, task.options{:}, few{:}, "seed", 3);
%! sol = hybrid_simulate (task.model, task.test, fit.last, "solver", "rk4", "step", 0.5);
%! q = sol.x(:,1,:)(:)';
%! p = sol.x(:,2,:)(:)';
%! n = fit.last.nets.f;
%! f = n.W{3} * tanh (n.W{2} * tanh (n.W{1} * [q; p] + n.b{1}) + n.b{2}) + n.b{3};
%! g = fit.last.params.w2 * sin (q);
%! assert (tab.values(1,1,5), norm (f) / (norm (f) + norm (g)), 1e-12);
%!test  # what is printed
%! text = evalc ("hybrid_compare (task, {\"erm\"}, \"seeds\", 1, \"train\", few);");
%! assert (! isempty (regexp (text, "^pendulum: median \\[least largest\\] over 1 seeds\n.*theta_error.*\nerm +[0-9.]+ \\[")));
%!test  # interrupted, and gone on with
%! file = [tempname(), ".mat"];
%! unwind_protect
%!   a = hybrid_compare (task, {"erm"}, "seeds", 1, "train", few, "file", file, "display", "off");
%!   b = hybrid_compare (task, {"l2", "erm"}, "seeds", [2 1], "train", few, "file", file, "display", "off");
%!   assert (b.values(2,2,:), a.values);  # seconds too: not run again
%!   assert (numel (strsplit (strtrim (fileread ([file ".csv"])), "\n")), 5);
%!   try
%!     hybrid_compare (task, {"erm"}, "seeds", 1, "train", {"iterations", 6}, "file", file, "display", "off");
%!     error ("taken");
%!   catch e
%!     assert (e.identifier, "hybridsam:compare:file");
%!   end_try_catch
%! unwind_protect_cleanup
%!   unlink (file);
%!   unlink ([file ".csv"]);
%! end_unwind_protect
%!error id=hybridsam:compare:usage hybrid_compare ()
%!error id=hybridsam:compare:task hybrid_compare (3, {"erm"})
%!error id=hybridsam:compare:task hybrid_compare (setfield (task, "truth", 3), {"erm"})
%!error id=hybridsam:compare:methods hybrid_compare (task, 3)
%!error id=hybridsam:compare:methods hybrid_compare (task, {})
%!error id=hybridsam:compare:methods hybrid_compare (task, {{"a", "method"}})
%!error id=hybridsam:compare:methods hybrid_compare (task, {"erm", "erm"})
%!error id=hybridsam:compare:seeds hybrid_compare (task, {"erm"}, "seeds", [1 1])
%!error id=hybridsam:compare:seeds hybrid_compare (task, {"erm"}, "seeds", 0.5)
%!error id=hybridsam:compare:train hybrid_compare (task, {"erm"}, "train", 3)
%!error id=hybridsam:compare:data_seeds hybrid_compare (task, {"erm"}, "data_seeds", "yes")
%!error id=hybridsam:compare:file hybrid_compare (task, {"erm"}, "file", "/no/such/folder/x.mat")
%!error id=hybridsam:compare:display hybrid_compare (task, {"erm"}, "display", "loud")
%!error id=hybridsam:option:value hybrid_compare (task, {{"x", "method", "samm"}}, "display", "off")
%!error id=hybridsam:option:unknown hybrid_compare (task, {"erm"}, "seed", 1)
