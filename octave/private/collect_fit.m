## SPDX-License-Identifier: GPL-3.0-or-later

## fit = collect_fit (run, outcome): a run as the user gets it.

function fit = collect_fit (run, outcome)
  model = run.model;
  both = core ("values", run.cm, [run.state.w, run.state.best]);
  fit = struct ("type", "hybrid_fit", "params", struct (), "values", struct ());
  fit.last = of_whole (run, values_unpack (model, both(:,1), run.layout));
  fit.best = of_whole (run, values_unpack (model, both(:,2), run.layout));
  fit.values = fit.last;
  if (! isempty (run.opt.validation))
    run.state = judge_last (run);
  endif
  if (run.state.best_iteration == run.state.iteration || ! isfinite (run.state.best_value))
    fit.best = fit.last;
  endif
  if (! isempty (run.opt.validation))
    fit.values = fit.best;
  endif
  fit.params = fit.values.params;
  fit.history = history_of (model, run.log);
  fit.info = struct ("status", outcome.status, "message", outcome.message, "iterations", run.state.iteration, "seconds", run.seconds, ...
                     "best_iteration", run.state.best_iteration, "best_value", run.state.best_value, "unsolved", unsolved_of (run), ...
                     "scale", run.stages(end).d.scale, "gap", [], "solver", solver_text (run), "counts", run.counts);
  if (! isempty (run.gap_scale))
    fit.info.gap = largest_gap (run, values_unpack (model, both(:,1), run.layout));
  endif
  fit.options = run.opt;
  fit.state = run.state;
  fit.model = model;
  fit.data = run.data;
endfunction

## Which solver did the work, and why.
function text = solver_text (run)
  text = run.opt.solver;
  if (isempty (run.model.functions.rhs))
    text = "none";
  elseif (strcmp (text, "auto"))
    n = run.counts.trajectories;
    stiff = run.counts.stiff;
    if (stiff == 0)
      text = "dopri5 (nothing looked stiff)";
    else
      text = sprintf (["dopri5, and cvode's BDF for %d of %d solutions, in blocks where dopri5 failed or the size of its steps was set by stability, " ...
                       "not accuracy"], stiff, n);
    endif
  endif
endfunction

## Values of the segments of multiple shooting as those of the user's data: the first segments come first.
function v = of_whole (run, v)
  if (isempty (run.gap_scale))
    return;
  endif
  if (isempty (run.data.spread))
    v = rmfield (v, "initial");
  else
    v.initial = v.initial(:,1:numel (run.data.count));
  endif
endfunction

function gap = largest_gap (run, v)
  gap = NaN;
  x0 = v.initial;
  try
    x = hybrid_simulate (run.model, run.fitted, v, solver_options (run.opt){:}).x;
  catch e
    unsolved_only (e);
    return;
  end_try_catch
  if (! iscell (x))
    x = squeeze (mat2cell (x, rows (x), columns (x), ones (1, size (x, 3))));
  endif
  gap = 0;
  for b = find (run.fitted.next(:)' > 0)
    gap = max ([gap; abs(x{b}(end,:)' - x0(:,run.fitted.next(b))) ./ run.gap_scale]);
  endfor
endfunction

function s = unsolved_of (run)
  model = run.model;
  s = struct ("trajectory", {}, "count", {}, "t", {}, "x", {}, "params", {});
  n_x = model.n_x + model.n_own;
  for column = run.unsolved
    p = column(3+n_x+1:end);
    params = struct ();
    for q = model.params
      params.(q.name) = reshape (p(q.first:q.first + q.rows * q.cols - 1), q.rows, q.cols);
    endfor
    for q = model.own
      params.(q.name) = reshape (column(3 + model.n_x + (q.first:q.first + q.rows * q.cols - 1)), q.rows, q.cols);
    endfor
    s(end+1) = struct ("trajectory", run.owner(column(1)), "count", column(2), "t", column(3), "x", column(3+(1:model.n_x)), "params", params);
  endfor
endfunction

## The last iterate may fall between two validations. It is judged here, for the result alone: a checkpoint must not know where a run ended.
function state = judge_last (run)
  state = run.state;
  if (state.iteration > 0 && mod (state.iteration, run.opt.validate_every) == 0)
    return;
  endif
  try
    [~, ~, info] = core ("gradient", run.cm, run.validation, core ("values", run.cm, run.state.w), setfield (run.o, "method", 0));
    loss = info.data_loss;
  catch e
    unsolved_only (e);
    loss = Inf;
  end_try_catch
  if (loss < state.best_value)
    state.best_value = loss;
    state.best_iteration = state.iteration;
  endif
endfunction

function h = history_of (model, log)
  if (isempty (log))
    log = zeros (0, log_columns () + sum ([model.params.rows] .* [model.params.cols]));
  endif
  h = struct ("iteration", log(:,1), "loss", log(:,2), "loss_perturbed", log(:,3), "penalty", log(:,4), "gradient_norm", log(:,5), ...
              "validation", log(:,6), "seconds", log(:,7), "params", struct ());
  for q = model.params
    h.params.(q.name) = log(:,log_columns () + (q.first:q.first + q.rows * q.cols - 1));
  endfor
endfunction
