## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{s} =} hybrid_sweep (@var{model}, @var{data}, @var{name}, @var{value}, @dots{})
## Which radius or weight should I take when I do not know the truth?  Train along a path of them, from several seeds, judge each on data that were held
## out, and choose by a rule that sees no true parameter.
##
## Options, and all options of @code{hybrid_train} but @qcode{"seed"} and @qcode{"resume"}:
##
## @table @asis
## @item @qcode{"method"}, @var{name} | @{NAMES@}
## Several methods have a sweep each: of those whose choice has a validation loss within two standard errors of the least, the one in which the networks make least of
## the law is returned, and has the others in @code{s.rivals}.  Default: @{"sam", "l2"@}; only @qcode{"sam"} with a @qcode{"rho"} alone, only @qcode{"l2"} with a @qcode{"lambda"} alone.
## @item @qcode{"rho"}, @var{numbers}
## The path for the methods of the SAM family (default 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0; 0 is plain training).
## @item @qcode{"lambda"}, @var{numbers}
## The path for penalties (@qcode{"l2"}, @qcode{"fn"}, @qcode{"orth"}; default 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 0).  With a SAM method and a penalty one of the two is a
## path, the other a number.
## @item @qcode{"warm_iterations"}, @var{n}
## A path is followed from its largest setting to its smallest.  The first is trained as always, each of the others for n iterations from where the one before
## ended (default: a quarter of @qcode{"iterations"}): the physics does what it can before the networks are let free, and keeps it.  0: every setting anew from
## its seed.  A path can lead astray, where the law with a simple network is far from the data and theta is drawn away.  So the smallest setting is trained once more,
## from its seed, at the end of a path.  When nothing on the path comes within two standard errors of its validation loss and @code{hybrid_report} says that the
## data determine its parameters while the networks are free, it is chosen; else the path's choice stays, and a sentence tells.
## @item @qcode{"final_iterations"}, @var{n}
## The choice is trained on for n iterations from every seed, with a learning rate that falls to zero (@qcode{"schedule"}, @qcode{"cosine"}): theta comes to rest.  What
## comes out is taken unless its validation loss is worse by more than two standard errors.  Default: twice @qcode{"iterations"}; 0: no.  The setting 0 at the end of
## a path is not trained on: nothing would hold theta there where the data do not.
## @item @qcode{"seeds"}, @var{numbers}
## Seeds of start values and minibatches (default 1:3).
## @item @qcode{"validation"}, @var{data}
## Held-out data.  Without them the trajectories (algebraic: samples) are dealt into @qcode{"folds"}.
## @item @qcode{"folds"}, @var{k}
## Each of k parts in turn is held out, with the first seed (default 5, at most one a trajectory; segments of one trajectory stay together).
## @item @qcode{"rule"}
## @qcode{"two_se"} (default): the largest setting whose validation loss is within two standard errors of the least; @qcode{"one_se"}: of one.  Of the settings
## within one, @qcode{"stability"} takes that at which the parameters differ least between seeds (two seeds at least), @qcode{"share"} that at which the
## networks make least of the law.  @qcode{"best"}: the least validation loss.  What the other rules would choose is in @code{s.choice}.
## @item @qcode{"report"}, true | false
## Ask @code{hybrid_report} whether the data determine the parameters of the choice (default true).
## @item @qcode{"file"}, @var{name}
## What there is so far is written there after every run (a MAT file; with several methods one for each, @code{NAME.METHOD}), and a call with the same settings goes on where it was.
## @item @qcode{"display"}, @qcode{"final"} | @qcode{"iter"} | @qcode{"off"}
## @end table
##
## @var{s}, for R settings and S seeds: @code{path} (1 x R, descending), @code{anew} (1 x R, true: the smallest once more, from its
## seed), @code{seeds}, @code{params.NAME} (elements x R x S; the values after the last iteration),
## @code{loss} (R x S, training, mean squared), @code{validation_loss} and @code{validation_loss_se} (R x 1, mean squared, and its standard error over held-out
## trajectories; over the seeds where there is only one), @code{unit_loss} (R x trajectories), @code{network_share} (R x S), @code{sharpness} (R x S, the largest eigenvalue of
## the Hessian in the weights), @code{seconds} (R x S), @code{values} (cell, R x S), @code{choice} (struct: the number of the setting of the path that each rule chooses), @code{chosen},
## @code{beaten} (a training from the seeds alone fits better than the path),
## @code{rule}, @code{fit} (of the choice, as @code{hybrid_train} gives it, of the seed with the least validation loss, with folds the least loss), @code{estimate.NAME} and @code{range.NAME} (median, least
## and largest over the seeds at the choice, trained on), @code{final} (struct: @code{iterations}, @code{setting}, @code{values} (cell, 1 x S), @code{loss}, @code{seconds}
## (1 x S), @code{validation_loss}, @code{validation_loss_se}, @code{taken}), @code{report}, @code{rivals}, @code{sentences}.
##
## The spread over the seeds is not the uncertainty of a parameter: a method can prefer the same wrong value every time.  Where the data do not determine a
## parameter beside free networks, the sentences say so.
##
## @example
## t = (0:0.5:5)';
## data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [2*cos(t), -2*sin(t)], [sin(t), cos(t)]));
## s = hybrid_sweep (model, data, "method", "sam", "rho", [0 0.05 0.1], "seeds", 1:2, "iterations", 50);
## hybrid_plot (s)
## @end example
##
## Errors: @code{hybridsam:sweep:*}, those of @code{hybrid_train} and @code{hybrid_report}.
## @seealso{hybrid_train, hybrid_report, hybrid_compare, hybrid_plot}
## @end deftypefn

function s = hybrid_sweep (model, data, varargin)
  if (nargin < 2)
    error ("hybridsam:sweep:usage", "hybrid_sweep: a model and a data set are needed: hybrid_sweep (model, data, \"method\", \"sam\", \"rho\", [0 0.05 0.1 0.2])");
  endif
  check_model ("hybrid_sweep", "sweep", model);
  check_data ("hybrid_sweep", "sweep", data);
  [opt, train] = divided (varargin);
  check_common (opt);
  methods = methods_of (opt, train);
  list = runs = cell (size (methods));
  for k = 1:numel (methods)
    [list{k}, runs{k}] = one_method (model, data, methods{k}, numel (methods) > 1, opt, train);
  endfor
  winner = best_sweep (list);
  for k = 1:numel (methods)
    runs{k}.opt.final_iterations *= k == winner;
    list{k} = with_final (list{k}, runs{k}, model);
  endfor
  s = list{winner};
  s.sentences = [cellfun(@(r) r.sentences(:)', list, "UniformOutput", false){:}, comparison(methods, s), final_sentences(s, runs{winner}.opt)];
  s.rivals = cellfun (@(r) rmfield (r, "held"), list([1:winner-1, winner+1:end]), "UniformOutput", false);
  s = rmfield (s, "held");
  if (opt.report)
    s = with_report (s);
  endif
  if (! strcmp (opt.display, "off"))
    printf ("%s\n", s.sentences{:});
  endif
endfunction

## ---- several methods

## SAM and L2, unless the options say or mean another.
function list = methods_of (opt, train)
  list = given (train, "method", []);
  if (isempty (list))
    list = {"sam", "l2"};
    if (! isempty (given (train, "penalty", [])) || (! isempty (opt.rho) && isempty (opt.lambda)))
      list = {"sam"};
    elseif (isempty (opt.rho) && ! isempty (opt.lambda))
      list = {"l2"};
    endif
  elseif (! iscell (list))
    list = {list};
  endif
  if (! isempty (given (train, "penalty", [])) && numel (list) > 1)
    error ("hybridsam:sweep:method", "hybrid_sweep: \"penalty\" goes with one \"method\", not with %d", numel (list));
  elseif (numel (list) > 1 && (! iscellstr (list) || numel (unique (list)) < numel (list)))
    error ("hybridsam:sweep:method", "hybrid_sweep: \"method\" must be a name or a cell array of different names, got %s", short_text (list));
  endif
endfunction

## The path of one method and its choice; run: what its trainings need.
function [s, run] = one_method (model, data, method, several, opt, train)
  if (several)
    opt.({"rho", "lambda"}{1 + perturbs(method)}) = [];  # the path that it does not have
    if (! isempty (opt.file))
      opt.file = [opt.file "." method];
    endif
  endif
  [opt, train] = with_path (opt, [train, {"method", method}]);
  opt = check_options (opt, model, data);
  run = struct ("jobs", jobs (data, opt), "opt", opt, "train", {train}, "key", {core_key(model, data, opt, train)});
  s = take_over (empty_sweep (model, opt, numel (run.jobs)), run.key, opt.file);
  for j = 1:numel (run.jobs)
    s = one_path (s, j, run.jobs(j), model, opt, train, run.key);
  endfor
  s = with_choice (s, run, model);
endfunction

function list = comparison (methods, s)
  list = {};
  if (numel (methods) > 1)
    list = {sprintf("Of %s: %s. Of the losses within two standard errors of the least the one with the least share of the networks.", strjoin (methods, ", "), s.method)};
  endif
endfunction

## Has a method a radius?
function tf = perturbs (method)
  tf = ! any (strcmp (method, {"erm", "l2", "fn", "orth"}));
endfunction

## ---- options

## Those of hybrid_sweep, and the rest for hybrid_train.
function [opt, train] = divided (args)
  defaults = struct ("rho", [], "lambda", [], "seeds", 1:3, "validation", [], "folds", [], "warm_iterations", [], "final_iterations", [], "rule", "two_se", "report", true, "file", "", ...
                     "display", "final");
  mine = false (1, numel (args));
  for k = 1:2:numel (args)
    mine(k:min (k + 1, end)) = ischar (args{k}) && isfield (defaults, args{k});
  endfor
  opt = parse_options ("hybrid_sweep", defaults, args{mine});
  train = args(! mine);
  for k = 1:2:numel (train)
    if (! ischar (train{k}) || numel (train) == k)
      parse_options ("hybrid_sweep", defaults, train{k:end});  # says what is wrong
    endif
    if (any (strcmp (train{k}, {"seed", "resume", "checkpoint"})))
      error ("hybridsam:sweep:option", "hybrid_sweep: \"%s\" is not for a sweep; \"seeds\" says from which seeds it trains, \"file\" where it keeps what there is", train{k});
    endif
  endfor
endfunction

function value = given (args, name, default)
  k = find (strcmp (args(1:2:end), name), 1, "last");
  value = default;
  if (! isempty (k))
    value = args{2*k};
  endif
endfunction

## opt.name and opt.path: what is swept. The other of rho and lambda, if a number, goes to hybrid_train.
function [opt, train] = with_path (opt, train)
  method = given (train, "method", "");
  if (! ischar (method))
    method = short_text (method);  # hybrid_train says what is wrong
  endif
  radius = perturbs (method);
  opt.name = {"lambda", "rho"}{1 + radius};
  if (radius && numel (opt.lambda) > 1)
    opt.name = "lambda";
  endif
  if (strcmp (method, "erm") && isempty (given (train, "penalty", [])))
    error ("hybridsam:sweep:method", "hybrid_sweep: erm has neither a radius nor a weight; give a \"method\" (sam, l2, ...) or a \"penalty\"");
  endif
  defaults = struct ("rho", [1 0.5 0.2 0.1 0.05 0.02 0], "lambda", [1e-2 3e-3 1e-3 3e-4 1e-4 0]);
  opt.path = opt.(opt.name);
  if (isempty (opt.path))
    opt.path = defaults.(opt.name);
  endif
  other = {"rho", "lambda"}{1 + strcmp(opt.name, "rho")};
  if (numel (opt.(other)) > 1 || (! radius && ! isempty (opt.rho)))
    error ("hybridsam:sweep:path", "hybrid_sweep: with the method %s the path is one of \"%s\"; \"%s\" %s", method, opt.name, other, {"cannot be given", "must be a number"}{1 + radius});
  elseif (! isempty (opt.(other)))
    train = [train, {other, opt.(other)}];
  endif
  opt.method = method;
  n = iterations_of (train);
  if (isempty (opt.warm_iterations))
    opt.warm_iterations = ceil (n / 4);
  endif
  if (isempty (opt.final_iterations))
    opt.final_iterations = 2 * n;
  endif
endfunction

function n = iterations_of (train)
  n = given (train, "iterations", []);
  if (isempty (n))
    known = core ("options");
    n = known(strcmp ({known.name}, "iterations")).value;
  elseif (! isnumeric (n) || ! isscalar (n) || ! (n >= 1))  # hybrid_train says what is wrong
    n = 1;
  endif
endfunction

## What does not depend on the method.
function check_common (opt)
  must ("seeds", opt.seeds, "different whole numbers >= 0", @(x) whole (x, 0) && ! isempty (x) && distinct (x));
  must ("warm_iterations", opt.warm_iterations, "a whole number >= 0", @(x) isempty (x) || (isscalar (x) && whole (x, 0)));
  must ("final_iterations", opt.final_iterations, "a whole number >= 0", @(x) isempty (x) || (isscalar (x) && whole (x, 0)));
  must ("rule", opt.rule, ["one of " strjoin(rules (), ", ")], @(x) ischar (x) && any (strcmp (x, rules ())));
  must ("report", opt.report, "true or false", @(x) isequal (x, true) || isequal (x, false));
  must ("display", opt.display, "final, iter or off", @(x) ischar (x) && any (strcmp (x, {"final", "iter", "off"})));
  must ("file", opt.file, "the name of a file in a folder that exists", @(x) ischar (x) && rows (x) <= 1 && (isempty (fileparts (x)) || isfolder (fileparts (x))));
  if (strcmp (opt.rule, "stability") && numel (opt.seeds) < 2)
    error ("hybridsam:sweep:rule", "hybrid_sweep: the rule stability compares seeds: \"seeds\" must have two at least");
  endif
endfunction

function tf = whole (x, low)
  tf = isnumeric (x) && isreal (x) && all (x(:) >= low & x(:) == fix (x(:)) & x(:) <= flintmax);
endfunction

function tf = distinct (x)
  tf = isvector (x) && numel (unique (x)) == numel (x);
endfunction

function opt = check_options (opt, model, data)
  must ("path", opt.path, sprintf ("different finite numbers >= 0 (\"%s\")", opt.name), @(x) isnumeric (x) && isreal (x) && distinct (x) && all (x >= 0 & isfinite (x)));
  if (strcmp (opt.rule, "share") && ! model.trace)
    error ("hybridsam:sweep:rule", "hybrid_sweep: the rule share needs a model that is traced (\"trace\", true)");
  elseif (strcmp (opt.rule, "stability") && all ([model.params.fixed]))
    error ("hybridsam:sweep:rule", "hybrid_sweep: the rule stability needs parameters that are fitted and shared by all trajectories");
  endif
  units = max (data.unit);
  opt.path = sort (double (opt.path(:)'), "descend");
  opt.anew = false (size (opt.path));
  if (opt.warm_iterations > 0 && numel (opt.path) > 1)
    opt.path(end+1) = opt.path(end);
    opt.anew(end+1) = true;
  endif
  opt.seeds = double (opt.seeds(:)');
  if (! isempty (opt.validation))
    if (! isempty (opt.folds))
      error ("hybridsam:sweep:folds", "hybrid_sweep: \"validation\" and \"folds\" are two ways to hold data out; give one of them");
    endif
    check_data ("hybrid_sweep", "sweep", opt.validation);
    if (! isempty (opt.validation.spread))
      error ("hybridsam:sweep:validation", "hybrid_sweep: the validation data would have to estimate their initial states, and nothing is fitted to them; give them known ones");
    endif
    return;
  endif
  if (isempty (opt.folds))
    opt.folds = min (5, units);
  endif
  must ("folds", opt.folds, sprintf ("a whole number from 2 to %d, the number of trajectories (or give \"validation\")", units), ...
        @(x) isscalar (x) && whole (x, 2) && x <= units);
  if (model.n_own || ! isempty (data.spread))
    error ("hybridsam:sweep:folds", "hybrid_sweep: %s of single trajectories are fitted, which held-out trajectories would not have; give \"validation\" data", ...
           {"initial states", "parameters"}{1 + (model.n_own > 0)});
  endif
endfunction

function list = rules ()
  list = {"two_se", "one_se", "stability", "share", "best"};
endfunction

function must (what, value, expected, good)
  if (! good (value))
    error (["hybridsam:sweep:" what], "hybrid_sweep: \"%s\" must be %s, got %s", what, expected, short_text (value));
  endif
endfunction

## ---- the runs: a path for each seed on all data, and one for each fold

## held: data to judge by, [] where a path is not judged; fold: false where its values are kept.
function list = jobs (data, opt)
  list = struct ("seed", {}, "data", {}, "held", {}, "fold", {});
  for seed = opt.seeds
    list(end+1) = struct ("seed", seed, "data", data, "held", opt.validation, "fold", 0);
  endfor
  if (! isempty (opt.validation))
    return;
  endif
  unit = data.unit(:);
  [~, order] = sort (counter_random (1, 2 ^ 34, max (unit)));
  fold = zeros (max (unit), 1);
  fold(order) = mod (0:numel (order) - 1, opt.folds) + 1;
  for k = 1:opt.folds
    out = fold(unit) == k;
    list(end+1) = struct ("seed", opt.seeds(1), "data", pick_trajectories (data, find (! out)), "held", pick_trajectories (data, find (out)), "fold", k);
  endfor
endfunction

function s = empty_sweep (model, opt, n)
  R = numel (opt.path);
  S = numel (opt.seeds);
  s = struct ("type", "hybrid_sweep", "method", opt.method, "weight", opt.name, "path", opt.path, "anew", opt.anew, "seeds", opt.seeds, "params", struct (), "loss", NaN (R, S), ...
              "validation_loss", NaN (R, 1), "validation_loss_se", NaN (R, 1), "unit_loss", [], "network_share", NaN (R, S), "sharpness", NaN (R, S), ...
              "seconds", NaN (R, S), "values", {cell(R, S)}, "choice", struct (), "chosen", NaN, "beaten", false, "rule", opt.rule, "fit", [], "estimate", struct (), "range", struct (), "final", [], ...
              "report", [], "rivals", {{}}, "sentences", {{}}, "held", {cell(R, n)}, "names", {element_names(model.params(! [model.params.fixed]))});
  for q = model.params
    s.params.(q.name) = NaN (q.rows * q.cols, R, S);
  endfor
endfunction

function s = one_path (s, j, job, model, opt, train, key)
  before = [];
  for r = 1:numel (opt.path)
    if (! isempty (s.held{r,j}))
      before = s.held{r,j}.values;
      continue;
    endif
    fit = trained (model, job, r, from (before, r, opt), opt, train);
    before = fit.last;
    h = judged (model, job.held, fit);
    if (! job.fold)
      s = with_run (s, r, j, fit, solver_options (fit.options));
    endif
    s.held{r,j} = h;
    tell (opt, r, job, h, "");
    keep (s, key, opt.file);
  endfor
endfunction

function tell (opt, r, job, h, what)
  if (! strcmp (opt.display, "iter"))
    return;
  endif
  fold = loss = "";
  if (job.fold)
    fold = sprintf (", fold %d", job.fold);
  endif
  if (! isempty (h.loss))
    loss = sprintf ("held-out loss %.4g, ", sum (h.loss) / sum (h.weight));
  endif
  printf ("%s = %g%s, seed %d%s: %s%.1f s\n", opt.name, opt.path(r), what, job.seed, fold, loss, h.seconds);
  fflush (stdout);
endfunction

## Setting r goes on from the one before it, unless it is to begin anew.
function more = from (before, r, opt)
  more = {};
  if (opt.warm_iterations > 0 && ! isempty (before) && ! opt.anew(r))
    more = {"start", before, "iterations", opt.warm_iterations};
  endif
endfunction

function fit = trained (model, job, r, more, opt, train)
  more = [{opt.name, opt.path(r), "seed", job.seed, "display", "off"}, more];
  if (strcmp (opt.method, "agnostic") && ! isempty (opt.validation))
    more = [more, {"validation", opt.validation}];
  endif
  fit = hybrid_train (model, job.data, train{:}, more{:});
  fit.values = fit.last;  # of agnostic, which looks at validation data, too
  fit.params = fit.last.params;
endfunction

## How a run does on the data that were held out for it, if any.
function h = judged (model, held, fit)
  h = struct ("loss", [], "weight", [], "values", fit.last, "seconds", fit.info.seconds);
  if (! isempty (held))
    [h.loss, h.weight] = unit_losses ("hybrid_sweep", model, held, fit.last, solver_options (fit.options), fit_scale (fit));
  endif
endfunction

function s = with_run (s, r, j, fit, solver)
  map = loss_map ("hybrid_sweep", fit.model, fit.data, fit.last, solver, fit_scale (fit));
  s.values{r,j} = fit.last;
  s.seconds(r,j) = fit.info.seconds;
  for q = fit.model.params
    s.params.(q.name)(:,r,j) = fit.last.params.(q.name)(:);
  endfor
  s.loss(r,j) = Inf;
  try
    s.loss(r,j) = map.loss (map.vector);
    if (fit.model.trace)
      s.network_share(r,j) = law_along (fit.model, fit.data, fit.last, solver).share;
    endif
    nets = [map.net{:}];
    if (! isempty (nets))
      s.sharpness(r,j) = top_eigenvalues (@(x) hessian_product (map, nets, x), numel (nets), 1);
    endif
  catch e
    unsolved_only (e);
  end_try_catch
endfunction

## ---- the choice

function s = with_choice (s, run, model)
  s = with_validation (s, run.jobs);
  if (! any (isfinite (s.validation_loss)))
    error ("hybridsam:sweep:unsolved", "hybrid_sweep: at no setting could the trained model be solved on the held-out data");
  endif
  s.choice = choices (s, model);
  s.chosen = s.choice.(run.opt.rule);
  if (isnan (s.chosen))  # no share, no spread where the model cannot be solved
    s.chosen = s.choice.two_se;
    s.rule = "two_se";
  endif
  anew = find (s.anew);
  s.beaten = ! isempty (anew) && s.validation_loss(s.choice.best) > s.validation_loss(anew) + 2 * s.validation_loss_se(anew);
  if (s.beaten && (isinf (s.validation_loss(s.chosen)) || determined (best_fit (s, anew, run, model))))
    s.chosen = anew;
  endif
  s = with_estimate (s, s.values(s.chosen,:), model);
  s.sentences = sentences (s);
endfunction

function s = with_estimate (s, values, model)
  for q = model.params
    all_of = cell2mat (cellfun (@(v) v.params.(q.name)(:), values(:)', "UniformOutput", false));
    s.estimate.(q.name) = reshape (median (all_of, 2), q.rows, q.cols);
    s.range.(q.name) = [min(all_of, [], 2), max(all_of, [], 2)];
  endfor
endfunction

## The choice trained on, with a learning rate that falls to zero; and the fit of the choice.
function s = with_final (s, run, model)
  r = s.chosen;
  n = run.opt.final_iterations;
  S = numel (s.seeds);
  if (n == 0 || loose_end (s))
    s.final = [];
    s.fit = best_fit (s, r, run, model);
    return;
  endif
  if (! isstruct (s.final) || s.final.iterations != n || s.final.setting != r)
    s.final = struct ("iterations", n, "setting", r, "values", {cell(1, S)}, "loss", NaN (1, S), "validation_loss", NaN, "validation_loss_se", NaN, "seconds", NaN (1, S), "taken", true, ...
                      "held", {cell(1, numel (run.jobs))});
  endif
  fits = cell (1, S);
  for j = find (cellfun ("isempty", s.final.held))
    fit = trained_on (s, j, run, model);
    s.final.held{j} = judged (model, run.jobs(j).held, fit);
    if (j <= S)
      fits{j} = fit;
      s.final.values{j} = fit.last;
      s.final.seconds(j) = fit.info.seconds;
      [own, weight] = unit_losses ("hybrid_sweep", model, run.jobs(j).data, fit.last, solver_options (fit.options), fit_scale (fit));
      s.final.loss(j) = sum (own) / sum (weight);
    endif
    tell (run.opt, r, run.jobs(j), s.final.held{j}, ", trained on");
    keep (s, run.key, run.opt.file);
  endfor
  [s.final.validation_loss, s.final.validation_loss_se] = validation_of (s.final.held, S);
  s.final.taken = ! (s.final.validation_loss > s.validation_loss(r) + 2 * s.validation_loss_se(r));
  if (s.final.taken)
    s = with_estimate (s, s.final.values, model);
    j = best_seed (s.final.held(1:S), s.final.loss);
    s.fit = fits{j};
    if (isempty (s.fit))  # of a run that was broken off
      s.fit = trained_on (s, j, run, model);
    endif
  else
    s.fit = best_fit (s, r, run, model);
  endif
  s.final = rmfield (s.final, "held");
endfunction

## Is the choice plain training at the end of a path? There theta is where the physics had put it, and drifts when nothing holds it. (The training from the seeds is
## chosen only where the data do.)
function tf = loose_end (s)
  tf = s.path(s.chosen) == 0 && ! s.anew(s.chosen);
endfunction

function fit = trained_on (s, j, run, model)
  more = {"start", s.held{s.chosen,j}.values, "iterations", run.opt.final_iterations, "schedule", "cosine"};
  fit = trained (model, run.jobs(j), s.chosen, more, run.opt, run.train);
endfunction

function x = squeeze_columns (x)
  x = reshape (x, rows (x), size (x, 3));
endfunction

function s = with_validation (s, list)
  for r = 1:numel (s.path)
    [s.validation_loss(r), s.validation_loss_se(r), s.unit_loss(r,:)] = validation_of (s.held(r,:), numel (s.seeds));
  endfor
endfunction

## Of the held-out losses of S seeds and, where there are more, of folds: the mean; its standard error, over the units (of a ratio of two sums), over the seeds where
## there is one unit; of each unit, the mean over the seeds, or where it was held out.
function [loss, se, of_units] = validation_of (held, S)
  if (numel (held) > S)
    h = [held{S+1:end}];
    of_seeds = [h.loss];
    w = [h.weight];
  else
    h = [held{:}];
    of_seeds = vertcat (h.loss);
    w = h(1).weight;
  endif
  used = w > 0;
  w = w(used);
  of_seeds = of_seeds(:,used);
  total = mean (of_seeds, 1);
  n = numel (w);
  loss = sum (total) / sum (w);
  of_units = total ./ w;
  if (n > 1)
    se = sqrt (sumsq (total - loss * w) / (n * (n - 1))) / mean (w);
  else
    se = std (of_seeds) / (w * sqrt (S));
  endif
endfunction

function choice = choices (s, model)
  loss = s.validation_loss(! s.anew);
  [least, best] = min (loss);
  se = s.validation_loss_se(best);
  if (isnan (se))  # of a path of which nothing can be solved
    se = 0;
  endif
  within = @(k) find (loss <= least + k * se);  # the first is the largest setting
  good = within (1);
  choice = struct ("two_se", within (2)(1), "one_se", good(1), "stability", least_of (good, spread_of (s, model)), "share", least_of (good, mean (s.network_share, 2)), ...
                   "best", best);
endfunction

## Of the settings `good` that with the least x; NaN where that is not known.
function k = least_of (good, x)
  [least, i] = min (x(good));
  k = NaN;
  if (! isempty (i) && isfinite (least))
    k = good(i);
  endif
endfunction

## R x 1: how much the fitted parameters differ between seeds, relative to their size; mean over the elements.
function x = spread_of (s, model)
  x = NaN (numel (s.path), 1);
  if (numel (s.seeds) < 2)
    return;
  endif
  all_of = zeros (0, numel (s.path), numel (s.seeds));
  for q = model.params(! [model.params.fixed])
    all_of = cat (1, all_of, s.params.(q.name));
  endfor
  if (! isempty (all_of))
    x = mean (std (all_of, 0, 3) ./ max (abs (mean (all_of, 3)), realmin), 1)(:);
  endif
endfunction

## The seed with the least validation loss (with folds: the least loss).
function j = best_seed (held, loss)
  if (! isempty (held{1}.loss))
    loss = cellfun (@(h) sum (h.loss) / sum (h.weight), held);
  endif
  [~, j] = min (loss);
endfunction

## The run of setting r as a fit, of its best seed: trained again, which gives the same numbers.
function fit = best_fit (s, r, run, model)
  S = numel (s.seeds);
  j = best_seed (s.held(r,1:S), s.loss(r,:));
  before = [];
  if (r > 1)
    before = s.values{r-1,j};
  endif
  fit = trained (model, run.jobs(j), r, from (before, r, run.opt), run.opt, run.train);
endfunction

## Do the data determine all parameters of this fit, its networks free?
function tf = determined (fit)
  tf = false;
  try
    good = struct2cell (hybrid_report (fit, "sharpness", false, "display", "off").identifiable);
    tf = all (cellfun (@(x) all (x(:)), good)(! [fit.model.params.fixed]));
  catch e
    if (! strncmp (e.identifier, "hybridsam:", 10))
      rethrow (e);
    endif
  end_try_catch
endfunction

## ---- words

function list = sentences (s)
  list = {sprintf("%s, %s: %d settings, %d seeds", s.method, s.weight, nnz (! s.anew), numel (s.seeds))};
  list{end+1} = sprintf ("  %8s  %-22s %-8s %-9s %s", s.weight, "validation loss", "network", "sharpness", "parameters: median [least largest]");
  names = fieldnames (s.params)';
  for r = 1:numel (s.path)
    texts = {};
    for name = names
      all_of = squeeze_columns (s.params.(name{1})(:,r,:));
      for k = 1:min (rows (all_of), 4)
        texts{end+1} = sprintf ("%s%s = %.4g [%.4g %.4g]", name{1}, {"", sprintf("(%d)", k)}{1 + (rows (all_of) > 1)}, median (all_of(k,:)), min (all_of(k,:)), max (all_of(k,:)));
      endfor
      if (rows (all_of) > 4)
        texts{end+1} = "...";
      endif
    endfor
    list{end+1} = sprintf ("%s %8s  %-22s %-8.3g %-9.3g %s", {" ", "*"}{1 + (r == s.chosen)}, setting (s, r), sprintf ("%.4g +- %.2g", s.validation_loss(r), s.validation_loss_se(r)), ...
                           mean (s.network_share(r,:)), mean (s.sharpness(r,:)), strjoin (texts, ", "));
  endfor
  list{end+1} = sprintf ("Chosen by the rule %s: %s = %s.%s", s.rule, s.weight, setting (s, s.chosen), other_rules (s));
  if (s.anew(s.chosen) && all (isinf (s.validation_loss(! s.anew))))
    list{end+1} = "Nothing on the path can be solved on the held-out data; a training from the seeds alone can.";
  elseif (s.anew(s.chosen))
    list{end+1} = "A training from the seeds alone fits better than anything on the path, and the data determine its parameters: it is taken. The path led astray.";
  elseif (s.beaten)
    list{end+1} = ["A training from the seeds alone fits better than anything on the path, but the data do not determine its parameters while the networks are free: the path's " ...
                   "choice stays. More \"warm_iterations\" may settle it."];
  elseif (s.chosen == 1)
    list{end+1} = "That is the largest of the path: a larger one may do as well; extend the path.";
  endif
endfunction

function list = final_sentences (s, opt)
  list = {};
  if (opt.final_iterations > 0 && loose_end (s))
    list = {sprintf("Not trained on: at %s = 0 nothing would hold theta where the data do not.", s.weight)};
  endif
  if (! isstruct (s.final))
    return;
  endif
  text = sprintf ("Trained on for %d iterations at %s = %s, the learning rate falling to zero: validation loss %.4g +- %.2g", s.final.iterations, s.weight, setting (s, s.chosen), ...
                  s.final.validation_loss, s.final.validation_loss_se);
  if (! s.final.taken)
    list = {[text, ", worse by more than two standard errors: the values before stay."]};
    return;
  endif
  for name = fieldnames (s.estimate)'
    for k = 1:min (numel (s.estimate.(name{1})), 4)
      text = sprintf ("%s, %s%s = %.4g [%.4g %.4g]", text, name{1}, {"", sprintf("(%d)", k)}{1 + (numel (s.estimate.(name{1})) > 1)}, s.estimate.(name{1})(k), s.range.(name{1})(k,:));
    endfor
  endfor
  list = {[text, "."]};
endfunction

function text = setting (s, r)
  text = sprintf ("%g%s", s.path(r), {"", " anew"}{1 + s.anew(r)});
endfunction

function text = other_rules (s)
  texts = {};
  for rule = rules ()
    k = s.choice.(rule{1});
    if (! strcmp (rule{1}, s.rule) && ! isnan (k))
      texts{end+1} = sprintf ("%s %s", rule{1}, setting (s, k));
    endif
  endfor
  text = sprintf (" Other rules: %s.", strjoin (texts, ", "));
endfunction

## The spread over the seeds cannot tell where theta comes from; the report can. That it may fail must not cost the sweep.
function s = with_report (s)
  try
    r = hybrid_report (s.fit, "sharpness", false, "display", "off");
  catch e
    if (! strncmp (e.identifier, "hybridsam:", 10))
      rethrow (e);
    endif
    s.sentences{end+1} = ["There is no report of the choice: " e.message];
    return;
  end_try_catch
  s.report = r;
  free = cell2mat (cellfun (@(x) x(:), struct2cell (r.standard_error), "UniformOutput", false));
  free = free(! isnan (free));
  loose = ! (free <= 0.1 * abs (r.theta));
  if (any (loose))
    s.sentences{end+1} = sprintf (["The data do not determine %s while the networks are free: what is found rests on what %s prefers, and the spread over the seeds does not show it ", ...
                                   "(s.report.sentences)."], strjoin (r.names(loose), ", "), s.method);
  endif
endfunction

## ---- what there is so far, in a file

## All that decides the numbers, comparable with isequal.
function key = core_key (model, data, opt, train)
  if (isempty (opt.file))
    key = [];
    return;
  endif
  [cm, d] = core_problem ("hybrid_sweep", model, data, true);
  held = [];
  if (! isempty (opt.validation))
    [~, held] = core_problem ("hybrid_sweep", model, opt.validation, true);
  endif
  for k = 2:2:numel (train)
    if (is_function_handle (train{k}))
      train{k} = func2str (train{k});
    elseif (isa (train{k}, "hybrid_dataset"))
      train{k} = parts (train{k});
    endif
  endfor
  key = {cm, d, held, opt.name, opt.path, opt.seeds, opt.folds, opt.warm_iterations, train};
endfunction

function s = take_over (s, key, file)
  if (isempty (file) || ! exist (file, "file"))
    return;
  endif
  try
    old = load (file, "kept").kept;
    good = isstruct (old) && isfield (old, "key") && isfield (old, "sweep") && isequal (fieldnames (old.sweep), fieldnames (s));
  catch e
    error ("hybridsam:sweep:file", "hybrid_sweep: %s cannot be read as what hybrid_sweep keeps: %s", file, e.message);
  end_try_catch
  if (! good)
    error ("hybridsam:sweep:file", "hybrid_sweep: %s is not what hybrid_sweep keeps", file);
  elseif (! isequal (old.key, key))
    error ("hybridsam:sweep:file", "hybrid_sweep: %s is of a sweep with another model, other data or other options; give another file, or delete it", file);
  endif
  rule = s.rule;
  s = old.sweep;
  s.rule = rule;
endfunction

## Whole or not at all: written beside and renamed.
function keep (s, key, file)
  if (isempty (file))
    return;
  endif
  kept = struct ("key", {key}, "sweep", s);
  part = [file, ".part"];
  try
    save ("-binary", part, "kept");
  catch e
    error ("hybridsam:sweep:file", "hybrid_sweep: %s cannot be written: %s", file, e.message);
  end_try_catch
  [status, message] = rename (part, file);
  if (status)
    error ("hybridsam:sweep:file", "hybrid_sweep: %s cannot be written: %s", file, message);
  endif
endfunction

%!shared model, data, few, t
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 4 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)], [0.8*cos(t), -0.8*sin(t)]));
%! few = {"iterations", 8, "solver", "rk4", "display", "off"};
%!test  # every run is the one of hybrid_train, and so is the chosen fit
%! s = hybrid_sweep (model, data, "method", "sam", "rho", [0 0.1 0.3], "seeds", [4 2], "validation", data, "warm_iterations", 0, "final_iterations", 0, few{:});
%! assert (s.path, [0.3 0.1 0]);
%! assert (size (s.params.w2), [1 3 2]);
%! fit = hybrid_train (model, data, "method", "sam", "rho", 0.1, "seed", 2, few{:});
%! assert (s.values{2,2}, fit.last);
%! assert (s.loss(2,2), hybrid_gradient (model, data, fit.last, "solver", "rk4"));
%! r = hybrid_report (fit, "display", "off");
%! assert (s.sharpness(2,2), r.sharpness.nets(1), 1e-6 * r.sharpness.nets(1));
%! assert (s.network_share(2,2), r.use.network, 1e-12);
%! v = s.values(s.chosen,:);
%! assert (any (cellfun (@(x) isequal (x, s.fit.values), v)));
%! assert (s.estimate.w2, (v{1}.params.w2 + v{2}.params.w2) / 2);
%! assert (s.range.w2, sort ([v{1}.params.w2, v{2}.params.w2]));
%! loss = cellfun (@(v) hybrid_gradient (model, data, v, "solver", "rk4"), s.values);
%! assert (s.validation_loss, mean (loss, 2), 1e-14);
%! assert (s.validation_loss, mean (s.unit_loss, 2), 1e-14);
%! assert (s.validation_loss_se, std (s.unit_loss, 0, 2) / sqrt (3), 1e-14);
%!test  # a warm path, from the largest, for a quarter of the iterations
%! s = hybrid_sweep (model, data, "method", "l2", "lambda", [0.01 0.1], "seeds", 3, "validation", data, few{:}, "report", false);
%! first = hybrid_train (model, data, "method", "l2", "lambda", 0.1, "seed", 3, few{:});
%! second = hybrid_train (model, data, "method", "l2", "lambda", 0.01, "seed", 3, few{:}, "iterations", 2, "start", first.last);
%! assert (s.values{1}, first.last);
%! assert (s.path, [0.1 0.01 0.01]);
%! assert (s.anew, [false false true]);
%! assert (s.values{3}, hybrid_train (model, data, "method", "l2", "lambda", 0.01, "seed", 3, few{:}).last);
%! assert (s.values{2}, second.last);
%!test  # the choice is trained on from every seed, and what comes out is judged
%! o = {"method", "l2", "lambda", [0.01 0.1], "seeds", [3 5], few{:}, "report", false};
%! s = hybrid_sweep (model, data, "method", "l2", "lambda", [0 0.1], "rule", "best", "seeds", 1, "validation", data, few{:}, "report", false);
%! assert (s.path(s.chosen), 0);
%! assert (! s.anew(s.chosen) && isempty (s.final));
%! assert (! isempty (strfind (s.sentences{end}, "Not trained on")));
%! for part = {{"validation", data}, {"folds", 3}}
%!   s = hybrid_sweep (model, data, o{:}, part{1}{:}, "final_iterations", 5);
%!   for j = 1:2
%!     fit{j} = hybrid_train (model, data, "method", "l2", "lambda", s.path(s.chosen), "seed", s.seeds(j), few{:}, "start", s.values{s.chosen,j}, "iterations", 5, "schedule", "cosine");
%!     assert (s.final.values{j}, fit{j}.last);
%!     loss(j) = hybrid_gradient (model, data, fit{j}.last, "solver", "rk4");
%!   endfor
%!   assert (s.final.loss, loss, 1e-14);
%!   assert (s.final.taken);
%!   [~, best] = min (loss);
%!   assert (s.fit.values, fit{best}.last);
%!   assert (s.estimate.w2, mean ([fit{1}.params.w2, fit{2}.params.w2]), 1e-14);
%!   assert (isempty (s.rivals) && ! isfield (s, "held") && ! isfield (s.final, "held"));
%!   if (isempty (strfind (part{1}{1}, "folds")))
%!     assert (s.final.validation_loss, mean (loss), 1e-14);
%!   endif
%! endfor
%! s = hybrid_sweep (model, data, o{:}, "validation", data);
%! assert (s.final.iterations, 16);
%!test  # what gets worse on the held-out data is not taken
%! far = hybrid_data (t, cat (3, [cos(0.9*t), -sin(0.9*t)], [cos(0.9*t), -sin(0.9*t)]));
%! s = hybrid_sweep (model, data, "method", "l2", "lambda", 1e-9, "seeds", 1, "validation", far, few{:}, "iterations", 1, "final_iterations", 300, "report", false);
%! worse = s.final.validation_loss > s.validation_loss + 2 * s.validation_loss_se;
%! assert (s.final.taken, ! worse);
%! assert (s.fit.values, {s.values{1}, s.final.values{1}}{1 + s.final.taken});
%!test  # a weight beside a radius that stays
%! s = hybrid_sweep (model, data, "method", "sam", "penalty", "l2", "rho", 0.1, "lambda", [0 0.1], "seeds", 1, "folds", 2, few{:}, "report", false);
%! assert (s.weight, "lambda");
%! assert (s.values{1}, hybrid_train (model, data, "method", "sam", "penalty", "l2", "rho", 0.1, "lambda", 0.1, "seed", 1, few{:}).last);
%!test  # several methods: the winner by loss and share, the others beside it
%! s = hybrid_sweep (model, data, "rho", [0 0.1], "lambda", [0 0.01], "seeds", 1, "validation", data, few{:}, "report", false);
%! assert (numel (s.rivals), 1);
%! assert (isempty (s.rivals{1}.final));
%! assert (s.rivals{1}.fit.values, s.rivals{1}.values{s.rivals{1}.chosen});
%! assert (sort ({s.method, s.rivals{1}.method}), {"l2", "sam"});
%! a = hybrid_sweep (model, data, "method", s.method, s.weight, s.path(! s.anew), "seeds", 1, "validation", data, few{:}, "report", false);
%! assert (a.values, s.values);
%! at = @(s) s.validation_loss(s.chosen);
%! share = @(s) mean (s.network_share(s.chosen,:));
%! both = {s, s.rivals{1}};
%! [least, k] = min (cellfun (at, both));
%! near = cellfun (at, both) <= least + 2 * both{k}.validation_loss_se(both{k}.chosen);
%! assert (near(1));
%! assert (! near(2) || share (s) <= share (s.rivals{1}));
%!test  # a report that cannot be made does not cost the sweep
%! one = data.y(1:7,:);
%! one(3:end,:) = NaN;
%! one(2,2) = NaN;
%! s = hybrid_sweep (model, hybrid_data (t, one), "rho", 0.1, "seeds", 1, "validation", data, few{:});
%! assert (isempty (s.report));
%! assert (! isempty (strfind (s.sentences{end}, "too few to judge by")));
%!test  # broken off, and gone on with
%! file = [tempname() ".mat"];
%! o = {"rho", [0 0.1], "seeds", 1:2, "folds", 2, few{:}, "report", false, "file", file};
%! unwind_protect
%!   s = hybrid_sweep (model, data, o{:});
%!   again = hybrid_sweep (model, data, o{:});
%!   assert (again.final, s.final);
%!   assert (again.fit.values, s.fit.values);
%!   again = hybrid_sweep (model, data, o{:}, "rule", "best");
%!   assert (again.seconds, s.seconds);  # not run again
%!   assert (again.chosen, s.choice.best);
%!   fail ("hybrid_sweep (model, data, o{:}, \"iterations\", 9)", "other options");
%!   f = fopen (file, "w");
%!   fputs (f, "no sweep");
%!   fclose (f);
%!   fail ("hybrid_sweep (model, data, o{:})", "cannot be read");
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%!error id=hybridsam:sweep:usage hybrid_sweep ()
%!error id=hybridsam:sweep:usage hybrid_sweep (model)
%!error id=hybridsam:sweep:model hybrid_sweep (3, data)
%!error id=hybridsam:sweep:data hybrid_sweep (model, 3)
%!error id=hybridsam:sweep:method hybrid_sweep (model, data, "method", "erm")
%!error id=hybridsam:sweep:method hybrid_sweep (model, data, "method", {"sam", "sam"})
%!error id=hybridsam:sweep:method hybrid_sweep (model, data, "method", {"sam", "l2"}, "penalty", "fn")
%!error id=hybridsam:sweep:path hybrid_sweep (model, data, "rho", [0.1 -0.1])
%!error id=hybridsam:sweep:path hybrid_sweep (model, data, "rho", [0.1 0.1])
%!error id=hybridsam:sweep:path hybrid_sweep (model, data, "rho", [0.1 NaN])
%!error id=hybridsam:sweep:path hybrid_sweep (model, data, "method", "l2", "rho", [0.1 0.2])
%!error id=hybridsam:sweep:path hybrid_sweep (model, data, "method", "sam", "rho", [0.1 0.2], "lambda", [0.1 0.2])
%!error id=hybridsam:sweep:seeds hybrid_sweep (model, data, "seeds", [1 1])
%!error id=hybridsam:sweep:seeds hybrid_sweep (model, data, "seeds", "all")
%!error id=hybridsam:sweep:option hybrid_sweep (model, data, "seed", 1)
%!error id=hybridsam:sweep:folds hybrid_sweep (model, data, "folds", 4)
%!error id=hybridsam:sweep:folds hybrid_sweep (model, data, "folds", 2, "validation", data)
%!error id=hybridsam:sweep:folds hybrid_sweep (model, hybrid_data (t, data.y(1:7,:)))
%!error id=hybridsam:sweep:folds hybrid_sweep (model, hybrid_data (t, cat (3, data.y(1:7,:), data.y(8:14,:)), "initial", "estimate"), "folds", 2)
%!error id=hybridsam:sweep:data hybrid_sweep (model, data, "validation", 3)
%!error id=hybridsam:sweep:validation hybrid_sweep (model, data, "validation", hybrid_data (t, data.y(1:7,:), "initial", "estimate"))
%!error id=hybridsam:sweep:warm_iterations hybrid_sweep (model, data, "warm_iterations", -1)
%!error id=hybridsam:sweep:final_iterations hybrid_sweep (model, data, "final_iterations", 0.5)
%!error id=hybridsam:sweep:rule hybrid_sweep (model, data, "rule", "luck")
%!error id=hybridsam:sweep:rule hybrid_sweep (model, data, "rule", "stability", "seeds", 1)
%!error id=hybridsam:sweep:rule hybrid_sweep (hybrid_model ("states", {"q", "p"}, "nets", struct ("f", hybrid_net ([2 4 1])), "rhs", @(t, x, u, p, nn) [x.p; nn.f([x.q; x.p])]), data, "rule", "stability")
%!error id=hybridsam:sweep:rule hybrid_sweep (hybrid_model ("states", {"q", "p"}, "params", struct ("k", 1), "trace", false, "rhs", @(t, x, u, p, nn) [x.p; -p.k*x.q]), data, "rule", "share")
%!error id=hybridsam:sweep:report hybrid_sweep (model, data, "report", "no")
%!error id=hybridsam:sweep:file hybrid_sweep (model, data, "file", "/no/such/folder/x.mat")
%!error id=hybridsam:sweep:display hybrid_sweep (model, data, "display", "loud")
%!error id=hybridsam:option:unknown hybrid_sweep (model, data, "rhos", 1)
%!error id=hybridsam:option:pair hybrid_sweep (model, data, "rho")
%!error id=hybridsam:option:pair hybrid_sweep (model, data, 3, 4)
