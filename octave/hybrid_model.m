## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{model} =} hybrid_model (@var{name}, @var{value}, @dots{})
## Declare a hybrid model: known physics with unknown parameters, and networks for the rest.
##
## A model is up to three functions, written for @emph{one} instant of @emph{one} trajectory in ordinary Octave:
##
## @table @asis
## @item @qcode{"rhs"}, @code{@@(t, x, u, p, nn)}
## dx/dt.  Without it the model is algebraic.
## @item @qcode{"output"}, @code{@@(t, x, u, p, nn)}
## What is measured.  Without it all states are observed, in their order.
## @item @qcode{"initial"}, @code{@@(z, p, nn)}
## The initial state, from @code{z.NAME} (the features) and @code{z.y} (n_y x window, the first measurements).  Without it the
## initial state comes from the data; an initial state given with the data goes before it.
## @end table
##
## @code{t} is the time, @code{x}, @code{u}, @code{p} are structs with your own names, @code{nn.NAME (a)} calls a network.  Networks may stand anywhere.
## A function returns a column, a struct with the names, or a cell array in their order.
##
## Declarations:
##
## @table @asis
## @item @qcode{"states"}, @qcode{"inputs"}
## Cell array of names (scalars), or a struct of sizes: @code{struct ("x", [3 1])}.
## @item @qcode{"params"}
## A struct: @code{NAME = start} (scalar, vector or matrix), or @code{NAME = struct ("start", v, @dots{})} with any of
## @itemize
## @item @qcode{"lower"}, @qcode{"upper"}: bounds, kept by smooth transforms and never reached;
## @item @qcode{"fixed"}, true: not fitted;
## @item @qcode{"prior_mean"}, @qcode{"prior_spread"}: a Gaussian prior, added to the loss as ((p - mean)/spread)^2 divided by the sum of the
## weights of all measurements (so with weights 1/variance the fit is the posterior mode);
## @item @qcode{"prior_on"}, @qcode{"log"}: the same of log (p), the spread then is relative;
## @item @qcode{"shared"}, false: every trajectory has its own (not known to @qcode{"initial"}).
## @end itemize
## @item @qcode{"nets"}
## A struct of networks from @code{hybrid_net}.
## @item @qcode{"constants"}
## A struct of numbers; they appear in @code{p} and are not fitted.  NaN and Inf are taken as they are.
## @item @qcode{"outputs"}
## Names of the outputs (cell array), for plots and structs.
## @item @qcode{"features"}, @qcode{"window"}
## For @qcode{"initial"}: names of per-trajectory numbers, and how many first samples @code{z.y} holds (default 1).
## @item @qcode{"trace"}
## @code{true} (default): each function is called once with traced quantities, and the recorded operations run in C with exact
## derivatives.  @code{false}: it is called back at every evaluation, with derivatives by finite differences: thousands
## of times slower, for functions that cannot be traced.
## @end table
##
## Traceable: + - * / ^ and their elementwise forms, comparisons, & | !, @code{[a; b]}, @code{[a, b]}, transposes, indexing with constants,
## sin cos tan asin acos atan atan2 sinh cosh tanh exp log log2 log10 log1p expm1 sqrt abs sign floor ceil round fix mod rem max min sum prod
## mean cumsum diff dot cross norm hypot polyval reshape repmat, constant matrices, loops with constant bounds, sub-functions.
## For @code{if} on a value write @code{hybrid_ifelse}.
##
## The recorded graph is compared with the plain function at random points before the model is returned.
##
## @example
## net   = hybrid_net ([2 8 1]);
## model = hybrid_model ("states", @{"q", "p"@}, "params", struct ("w2", 0.5), "nets", struct ("f", net), ...
##                       "rhs", @@(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
## model.n_v
##     @result{} 34
## @end example
##
## Errors: @code{hybridsam:model:*} (declarations, @code{function} when your function fails), @code{hybridsam:trace:*} (what cannot be
## traced; @code{mismatch} when graph and function differ), @code{hybridsam:option:*}.
## @seealso{hybrid_net, hybrid_data, hybrid_values, hybrid_ifelse, hybrid_train}
## @end deftypefn

function model = hybrid_model (varargin)
  if (nargin == 0)
    error ("hybridsam:model:usage", "hybrid_model: nothing was declared; at least \"rhs\" with \"states\", or \"output\", is needed");
  endif
  defaults = struct ("states", {{}}, "inputs", {{}}, "params", struct (), "nets", struct (), "rhs", [], "output", [], ...
                     "initial", [], "constants", struct (), "outputs", {{}}, "features", {{}}, "window", 1, "trace", true);
  opt = parse_options ("hybrid_model", defaults, varargin{:});
  model = struct ("type", "hybrid_model");
  [model.states, model.n_x] = named_parts ("states", opt.states);
  [model.inputs, model.n_u] = named_parts ("inputs", opt.inputs);
  [model.params, n_params, model.own, model.n_own] = read_params (opt.params);
  [model.nets, n_weights] = read_nets (opt.nets, n_params);
  model.constants = check_constants (opt.constants);
  model.outputs = check_names ("outputs", opt.outputs);
  model.outputs_named = ! isempty (model.outputs);
  model.features = check_names ("features", opt.features);
  model.window = check_window (opt.window);
  model.functions = struct ("rhs", check_handle ("rhs", opt.rhs, 5), "output", check_handle ("output", opt.output, 5), ...
                            "initial", check_handle ("initial", opt.initial, 3));
  model.trace = check_flag (opt.trace);
  model.n_v = n_params + n_weights;
  check_size ("states", model.n_x + model.n_own);
  check_size ("inputs", model.n_u);
  check_size ("parameters and weights", model.n_v);
  check_together (model);
  model = find_graphs (model);
  model.shared = rmfield (core_model (model), {"rhs", "output", "initial", "external"});
  check_graphs (model);
endfunction

## ---- declarations

function [parts, total] = named_parts (what, given)
  parts = struct ("name", {}, "rows", {}, "cols", {}, "first", {});
  total = 0;
  if (ischar (given))
    given = {given};
  endif
  if (isstruct (given) && isscalar (given))
    names = fieldnames (given)';
    sizes = struct2cell (given)';
  elseif (iscell (given))
    names = given(:)';
    sizes = repmat ({[1 1]}, 1, numel (names));
  else
    error ("hybridsam:model:names", "hybrid_model: \"%s\" must be a cell array of names or a struct of sizes, got %s", what, short_text (given));
  endif
  check_names (what, names);
  for k = 1:numel (names)
    s = sizes{k};
    if (! isnumeric (s) || ! isreal (s) || ! any (numel (s) == [1 2]) || ! all (s >= 1 & s <= 1e6) || any (s != fix (s)))
      error ("hybridsam:model:size", "hybrid_model: the size of %s in \"%s\" must be [rows cols], got %s", names{k}, what, short_text (s));
    endif
    s = [double(s(:)'), 1](1:2);
    parts(end+1) = struct ("name", names{k}, "rows", s(1), "cols", s(2), "first", total + 1);
    total += prod (s);
  endfor
endfunction

function names = check_names (what, names)
  if (ischar (names))
    names = {names};
  endif
  if (! iscellstr (names) && ! (iscell (names) && isempty (names)))
    error ("hybridsam:model:names", "hybrid_model: \"%s\" must be a cell array of names, got %s", what, short_text (names));
  endif
  names = names(:)';
  bad = find (! cellfun (@isvarname, names), 1);
  if (! isempty (bad))
    error ("hybridsam:model:names", "hybrid_model: \"%s\" is no valid name in \"%s\"; use letters, digits and _", names{bad}, what);
  endif
  [u, i] = unique (names);
  if (numel (u) < numel (names))
    twice = names{setdiff(1:numel (names), i)(1)};
    error ("hybridsam:model:names", "hybrid_model: the name %s stands twice in \"%s\"", twice, what);
  endif
endfunction

## Parameters that all trajectories share, and those of which every trajectory has its own (numbered from 1).
function [params, total, own, n_own] = read_params (given)
  params = own = struct ("name", {}, "start", {}, "rows", {}, "cols", {}, "lower", {}, "upper", {}, "fixed", {}, "prior_mean", {}, ...
                         "prior_spread", {}, "prior_log", {}, "first", {});
  total = n_own = 0;
  if (! isstruct (given) || ! isscalar (given))
    error ("hybridsam:model:params", "hybrid_model: \"params\" must be a struct (name, start value, ...), got %s", short_text (given));
  endif
  names = fieldnames (given)';
  for k = 1:numel (names)
    [q, shared] = read_param (names{k}, given.(names{k}));
    if (shared)
      q.first = total + 1;
      total += q.rows * q.cols;
      params(end+1) = q;
    else
      q.first = n_own + 1;
      n_own += q.rows * q.cols;
      own(end+1) = q;
    endif
  endfor
endfunction

function [q, shared] = read_param (name, value)
  spec = struct ("start", [], "lower", -Inf, "upper", Inf, "fixed", false, "prior_mean", [], "prior_spread", Inf, "prior_on", "value", ...
                 "shared", true);
  spec.start = value;
  if (isstruct (value))
    spec.start = [];
    known = fieldnames (spec);
    for f = fieldnames (value)'
      if (! isfield (spec, f{1}))
        error ("hybridsam:model:params", "hybrid_model: parameter %s has the unknown field %s; did you mean %s?", name, f{1}, ...
               nearest_name (f{1}, known));
      endif
      spec.(f{1}) = value.(f{1});
    endfor
  endif
  if (! isnumeric (spec.start) || ! isreal (spec.start) || isempty (spec.start) || ndims (spec.start) > 2 || any (! isfinite (spec.start(:))))
    error ("hybridsam:model:params", "hybrid_model: the start value of parameter %s must be finite real numbers, got %s", name, ...
           short_text (spec.start));
  endif
  bounds = {spec.lower, spec.upper};
  for k = 1:2
    if (! isnumeric (bounds{k}) || ! isreal (bounds{k}) || ! isscalar (bounds{k}) || isnan (bounds{k}))
      error ("hybridsam:model:params", "hybrid_model: the bounds of parameter %s must be numbers, got %s", name, short_text (bounds{k}));
    endif
  endfor
  spec.fixed = check_flag (spec.fixed);
  shared = check_flag (spec.shared);
  if (! spec.fixed && (any (spec.start(:) <= spec.lower) || any (spec.start(:) >= spec.upper)))
    error ("hybridsam:model:params", ["hybrid_model: the start value %s of parameter %s must lie strictly between its bounds %g and %g"], ...
           short_text (spec.start), name, spec.lower, spec.upper);
  endif
  [mean, spread, on_log] = read_prior (name, spec);
  q = struct ("name", name, "start", double (spec.start), "rows", rows (spec.start), "cols", columns (spec.start), ...
              "lower", double (spec.lower), "upper", double (spec.upper), "fixed", spec.fixed, "prior_mean", mean, "prior_spread", spread, ...
              "prior_log", on_log, "first", 0);
endfunction

## Mean (of the log where the prior is on it) and spread, each the shape of the start value.
function [mean, spread, on_log] = read_prior (name, spec)
  mean = spec.prior_mean;
  spread = spec.prior_spread;
  check_prior (name, mean, spec.start);
  check_prior (name, spread, spec.start);
  if (isempty (spread))
    spread = Inf;
  endif
  if (isempty (mean))
    mean = spec.start;
    if (any (isfinite (spread(:))))
      error ("hybridsam:model:prior", "hybrid_model: parameter %s has a prior_spread but no prior_mean", name);
    endif
  elseif (all (isinf (spread(:))))
    error ("hybridsam:model:prior", "hybrid_model: parameter %s has a prior_mean but no prior_spread", name);
  endif
  if (any (isinf (mean(:))))
    error ("hybridsam:model:prior", "hybrid_model: the prior_mean of parameter %s must be finite, got %s", name, short_text (mean));
  endif
  if (any (spread(:) <= 0))
    error ("hybridsam:model:prior", "hybrid_model: the prior_spread of parameter %s must be > 0, got %s", name, short_text (spread));
  endif
  if (! ischar (spec.prior_on) || ! any (strcmp (spec.prior_on, {"value", "log"})))
    error ("hybridsam:model:prior", "hybrid_model: \"prior_on\" of parameter %s must be \"value\" or \"log\", got %s", name, short_text (spec.prior_on));
  endif
  on_log = strcmp (spec.prior_on, "log");
  if (on_log && any (isfinite (spread(:))))
    if (any (mean(:) <= 0) || spec.lower < 0)
      error ("hybridsam:model:prior", "hybrid_model: a prior on the log of parameter %s needs a prior_mean > 0 and \"lower\" >= 0", name);
    endif
    mean = log (mean);
  endif
  mean = double (mean) + zeros (size (spec.start));
  mean(! isfinite (mean)) = 0;
  spread = double (spread) + zeros (size (spec.start));
endfunction

function check_prior (name, x, start)
  if (! isnumeric (x) || ! isreal (x) || ! (isempty (x) || isscalar (x) || isequal (size (x), size (start))) || any (isnan (x(:))))
    error ("hybridsam:model:prior", "hybrid_model: prior_mean and prior_spread of parameter %s must be numbers, one or as its start value, got %s", ...
           name, short_text (x));
  endif
endfunction

function [nets, total] = read_nets (given, n_params)
  nets = struct ("name", {}, "net", {}, "first", {});
  total = 0;
  if (! isstruct (given) || ! isscalar (given))
    error ("hybridsam:model:nets", "hybrid_model: \"nets\" must be a struct (name, hybrid_net (...), ...), got %s", short_text (given));
  endif
  for f = fieldnames (given)'
    net = given.(f{1});
    if (! isstruct (net) || ! isfield (net, "type") || ! strcmp (net.type, "hybrid_net"))
      error ("hybridsam:model:nets", "hybrid_model: network %s must come from hybrid_net, got %s", f{1}, short_text (net));
    endif
    kind = {};
    if (! isempty (net.kernel))
      kind = {"conv"};
      more = {"kernel", net.kernel, "boundary", net.boundary};
    else
      more = {};
    endif
    if (! isequal (net, hybrid_net (kind{:}, net.layers, "activation", net.activation, "init", net.init, more{:})))
      error ("hybridsam:model:nets", "hybrid_model: network %s is not as hybrid_net made it; a network is not to be edited, declare another", f{1});
    endif
    nets(end+1) = struct ("name", f{1}, "net", net, "first", n_params + total + 1);
    total += net.n_weights;
  endfor
endfunction

function c = check_constants (c)
  if (! isstruct (c) || ! isscalar (c))
    error ("hybridsam:model:constants", "hybrid_model: \"constants\" must be a struct, got %s", short_text (c));
  endif
endfunction

function k = check_window (k)
  if (! isnumeric (k) || ! isscalar (k) || ! (k >= 1) || k != fix (k) || ! isfinite (k))
    error ("hybridsam:model:window", "hybrid_model: \"window\" must be a whole number >= 1, got %s", short_text (k));
  endif
endfunction

function f = check_handle (what, f, n)
  if (isempty (f))
    f = [];
    return;
  endif
  if (ischar (f) && rows (f) == 1)
    f = str2func (f);
  endif
  if (! is_function_handle (f))
    error ("hybridsam:model:handle", "hybrid_model: \"%s\" must be a function handle or name, got %s", what, short_text (f));
  endif
  try
    takes = nargin (f);
  catch
    error ("hybridsam:model:handle", "hybrid_model: the function %s of \"%s\" does not exist", func2str (f), what);
  end_try_catch
  if (takes >= 0 && takes != n)
    args = {"(z, p, nn)", "(t, x, u, p, nn)"}{1 + (n == 5)};
    error ("hybridsam:model:handle", "hybrid_model: \"%s\" must take %d arguments %s, it takes %d", what, n, args, takes);
  endif
endfunction

function tf = check_flag (tf)
  if (! isscalar (tf) || ! (islogical (tf) || isnumeric (tf)) || ! isfinite (tf))
    error ("hybridsam:model:flag", "hybrid_model: \"trace\", \"fixed\" and \"shared\" must be true or false, got %s", short_text (tf));
  endif
  tf = logical (tf);
endfunction

## The core refuses more (src/model/model.c); known here before memory is asked for.
function check_size (what, n)
  if (n > 1e8)
    error ("hybridsam:model:sizes", "hybrid_model: the model has %g %s, at most 1e8 are possible", n, what);
  endif
endfunction

function check_together (model)
  f = model.functions;
  if (isempty (f.rhs) && isempty (f.output))
    error ("hybridsam:model:functions", "hybrid_model: \"rhs\" or \"output\" is needed, neither was given");
  endif
  if (! isempty (f.rhs) && model.n_x == 0)
    error ("hybridsam:model:states", "hybrid_model: \"rhs\" needs \"states\", for example {\"q\", \"p\"}");
  endif
  if (isempty (f.rhs) && model.n_x > 0)
    error ("hybridsam:model:states", "hybrid_model: the states %s have no \"rhs\"", strjoin ({model.states.name}, ", "));
  endif
  if (isempty (f.rhs) && ! isempty (f.initial))
    error ("hybridsam:model:functions", "hybrid_model: \"initial\" needs \"rhs\"");
  endif
  if (model.n_own && isempty (f.rhs))
    error ("hybridsam:model:shared", "hybrid_model: an algebraic model has no trajectories: parameter %s cannot be \"shared\", false", model.own(1).name);
  endif
  both = intersect ({model.params.name, model.own.name}, fieldnames (model.constants)');
  if (! isempty (both))
    error ("hybridsam:model:names", "hybrid_model: %s is both a parameter and a constant", both{1});
  endif
endfunction

## ---- graphs

function model = find_graphs (model)
  f = model.functions;
  model.graphs = struct ("rhs", [], "output", [], "initial", []);
  model.n_y = model.n_x;
  model.n_z = 0;
  if (isempty (f.output) && isempty (model.outputs))
    model.outputs = element_names (model.states);
  endif
  if (! isempty (f.output))
    [model.graphs.output, model.n_y] = graph_of (model, "output");
  elseif (model.n_own)
    model.graphs.output = graph_of_states (model);
  endif
  if (isempty (model.outputs))
    model.outputs = arrayfun (@(k) sprintf ("y%d", k), 1:model.n_y, "UniformOutput", false);
  endif
  if (numel (model.outputs) != model.n_y)
    error ("hybridsam:model:outputs", "hybrid_model: \"outputs\" has %d names, there are %d outputs", numel (model.outputs), model.n_y);
  endif
  if (! isempty (f.rhs))
    [model.graphs.rhs, n] = graph_of (model, "rhs");
    check_count (model, "rhs", n, "derivatives");
  endif
  if (! isempty (f.initial))
    model.n_z = numel (model.features) + model.n_y * model.window;
    check_size ("features and first samples", model.n_z);
    [model.graphs.initial, n] = graph_of (model, "initial");
    check_count (model, "initial", n, "initial values");
  endif
  if (! model.trace)
    warning ("hybridsam:model:untraced", ["hybrid_model: \"trace\" is false: the functions are called back at every evaluation and " ...
             "differentiated by finite differences, which is slow (2 n_v + 2 n_x calls a gradient evaluation)"]);
  endif
endfunction

function check_count (model, which, n, what)
  n -= model.n_own;
  if (n != model.n_x)
    error ("hybridsam:model:count", "hybrid_model: %s returned %d %s, expected %d, one for each of the states %s", which, n, what, ...
           model.n_x, strjoin ({model.states.name}, ", "));
  endif
endfunction

function [graph, n] = graph_of (model, which)
  if (model.trace)
    graph = trace_function (model, which);
    n = graph.rows(graph.result) * graph.cols(graph.result);
  else
    n = numel (plain_at (model, which, random_point (model, 1)));
    number = find (strcmp (which, {"rhs", "output", "initial"}));
    graph = struct ("op", {{"external"}}, "rows", n, "cols", 1, "nargs", 0, "args", [], "nattr", 1, "attr", number, "result", 1);
  endif
  if (n == 0)
    error ("hybridsam:model:result", "hybrid_model: %s returned nothing (an empty value); it must return a real column, a struct or a cell array", which);
  endif
endfunction

## The core's states are the user's, then the parameters of the trajectory: without an output function only the first are observed.
function graph = graph_of_states (model)
  __hybrid_tape__ ("begin");
  graph = __hybrid_tape__ ("finish", __hybrid_tape__ ("node", "state", model.n_x, 1, [], 1));
endfunction

## ---- the check: traced graph against plain function

function check_graphs (model)
  cm = core_model (model);
  core ("check", cm);
  for which = {"rhs", "output", "initial"}
    for k = 1:3 * (model.trace && ! isempty (model.functions.(which{1})))
      compare (model, cm, which{1}, random_point (model, k));
    endfor
  endfor
endfunction

function compare (model, cm, which, s)
  plain = plain_at (model, which, s);
  traced = core ("eval", cm, which, s.v, s.t, s.x, s.u, s.z);
  wrong = abs (plain - traced) > 1e-9 * max (1, abs (plain)) | (isnan (plain) != isnan (traced)) | (isinf (plain) & plain != traced);
  k = find (wrong, 1);
  if (numel (plain) != numel (traced) || ! isempty (k))
    k = max ([k, 1]);
    error ("hybridsam:trace:mismatch", ["hybrid_model: the recorded graph of %s differs from the function itself: element %d is %.10g, " ...
           "recorded %.10g, at t = %g, x = %s, u = %s. A function must depend on its arguments alone (no rand, no global state)"], ...
           which, k, plain(k), traced(min (k, end)), s.t, short_text (s.x'), short_text (s.u'));
  endif
endfunction

function r = plain_at (model, which, s)
  try
    r = plain_eval (model, which, s.t, s.x, s.u, s.z, values_unpack (model, s.v));
  catch e
    if (strncmp (e.identifier, "hybridsam:", 10))
      error (struct ("message", e.message, "identifier", e.identifier, "stack", e.stack));
    endif
    error ("hybridsam:model:function", "hybrid_model: the function %s failed: %s", which, e.message);
  end_try_catch
endfunction

%!shared net, rhs
%! net = hybrid_net ([2 8 1]);
%! rhs = @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])];
%!test
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", net), "rhs", rhs);
%! assert (model.n_v, 34);
%! assert (model.outputs, {"q", "p"});
%!test  # struct and cell results, named outputs, inputs, constants
%! m = hybrid_model ("states", struct ("x", [2 1]), "inputs", {"f"}, "constants", struct ("A", [0 1; -1 0]), ...
%!                   "rhs", @(t, x, u, p, nn) struct ("x", p.A * x.x + [0; u.f]), ...
%!                   "output", @(t, x, u, p, nn) {x.x(1), norm(x.x)}, "outputs", {"a", "b"});
%! assert ([m.n_x m.n_u m.n_y], [2 1 2]);
%!test  # algebraic
%! m = hybrid_model ("inputs", {"a"}, "params", struct ("k", [1; 2]), "output", @(t, x, u, p, nn) p.k' * [u.a; 1]);
%! assert ([m.n_x m.n_y], [0 1]);
%!test  # rand's state is untouched
%! rand ("twister", 42); a = rand ();
%! rand ("twister", 42);
%! hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", net), "rhs", rhs);
%! assert (rand (), a);
%!error id=hybridsam:model:usage hybrid_model ()
%!error id=hybridsam:model:functions hybrid_model ("states", {})
%!error id=hybridsam:model:states hybrid_model ("rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:states hybrid_model ("states", {"a"}, "output", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:count hybrid_model ("states", {"a", "b"}, "rhs", @(t, x, u, p, nn) x.a)
%!error <returned 1 derivatives, expected 2, one for each of the states a, b> hybrid_model ("states", {"a", "b"}, "rhs", @(t, x, u, p, nn) x.a)
%!error id=hybridsam:model:names hybrid_model ("states", {"a", "a"}, "rhs", @(t, x, u, p, nn) [x.a; 1])
%!error id=hybridsam:model:names hybrid_model ("states", {"1a"}, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:names hybrid_model ("states", 3, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:size hybrid_model ("states", struct ("a", [0 1]), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:sizes hybrid_model ("states", struct ("a", [1e6 1e6]), "rhs", @(t, x, u, p, nn) x.a)
%!error id=hybridsam:model:sizes hybrid_model ("states", {"a"}, "inputs", struct ("u", [1e6 1e6]), "rhs", @(t, x, u, p, nn) x.a)
%!error id=hybridsam:model:sizes hybrid_model ("states", {"a"}, "nets", struct ("f", hybrid_net ([1e5 1e5 1])), "rhs", @(t, x, u, p, nn) x.a)
%!error id=hybridsam:model:sizes hybrid_model ("states", {"a"}, "window", 1e9, "rhs", @(t, x, u, p, nn) x.a, "initial", @(z, p, nn) z.y(1))
%!error id=hybridsam:model:params hybrid_model ("states", {"a"}, "params", 3, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:params hybrid_model ("states", {"a"}, "params", struct ("k", NaN), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:params hybrid_model ("states", {"a"}, "params", struct ("k", struct ("start", 1, "lower", 2)), "rhs", @(t, x, u, p, nn) 1)
%!error <did you mean lower> hybrid_model ("states", {"a"}, "params", struct ("k", struct ("start", 1, "lowr", 2)), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:nets hybrid_model ("states", {"a"}, "nets", struct ("f", 3), "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:constants hybrid_model ("states", {"a"}, "constants", 3, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:result hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) -x.a, "output", @(t, x, u, p, nn) [])
%!error id=hybridsam:model:window hybrid_model ("states", {"a"}, "window", 0, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:handle hybrid_model ("states", {"a"}, "rhs", 3)
%!error id=hybridsam:model:handle hybrid_model ("states", {"a"}, "rhs", @(t, x) 1)
%!error id=hybridsam:model:outputs hybrid_model ("states", {"a"}, "outputs", {"b", "c"}, "rhs", @(t, x, u, p, nn) 1)
%!error id=hybridsam:model:network hybrid_model ("states", {"q", "p"}, "nets", struct ("f", net), "rhs", @(t, x, u, p, nn) [x.p; nn.f(x.q)])
%!error id=hybridsam:model:function hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) error ("mine"))
%!error <mine> hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) error ("mine"))
%!error id=hybridsam:trace:mismatch hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) x.a * rand ())
%!error id=hybridsam:trace:branch hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) ifelse (x.a > 0 && true, 1, 2))
%!error id=hybridsam:model:function hybrid_model ("states", {"a"}, "rhs", @(t, x, u, p, nn) p.nothing)
%!error id=hybridsam:option:unknown hybrid_model ("state", {"a"})
