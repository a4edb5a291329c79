## SPDX-License-Identifier: GPL-3.0-or-later

## [run, outcome] = train_slices (run): the core trains for a fraction of a second and returns, so that Octave can print, call back, save, and hear
## Ctrl-C. However the loop is left, by an error of a callback or by Ctrl-C, the last whole slice is saved and kept.

function [run, outcome] = train_slices (run)
  start = tic ();
  before = run.seconds;
  saved = shown = -Inf;
  finished = done = false;
  kept_run ([]);
  unwind_protect
    while (! finished)
      [run, piece, outcome] = one_slice (run);
      finished = ! strcmp (outcome.status, "RUNNING");
      if (strcmp (run.opt.display, "iter") && ! isempty (piece) && (finished || toc (start) - shown >= 1))
        show (run.model, piece(end,:), shown == -Inf);
        shown = toc (start);
      endif
      [finished, outcome] = asked_to_stop (run, piece, toc (start), finished, outcome);
      run.seconds = before + toc (start);
      if (! finished && toc (start) - max (saved, 0) >= run.opt.checkpoint_seconds)
        save_run (run);
        saved = toc (start);
      endif
    endwhile
    done = ! strcmp (outcome.status, "INTERRUPTED");
  unwind_protect_cleanup
    if (! done)
      kept_run (run);
    endif
    save_run (run);
  end_unwind_protect
endfunction

function save_run (run)
  if (! isempty (run.opt.checkpoint))
    write_checkpoint (run.opt.checkpoint, struct ("model", run.model, "data", run.data, "options", run.opt, "state", run.state, ...
                                                  "log", run.log, "unsolved", run.unsolved, "counts", run.counts, "seconds", run.seconds));
  endif
endfunction

function [run, piece, outcome] = one_slice (run)
  k = find (run.state.iteration < [run.stages.until], 1);
  run.o.until = run.stages(k).until;
  if (k > 1 && run.state.iteration == run.stages(k-1).until && isempty (run.validation))
    run.state.best_value = Inf;  # losses over different horizons do not compare
  endif
  [state, piece, outcome] = core ("train", run.cm, run.stages(k).d, run.validation, run.o, run.state, min (0.2, run.opt.time_limit));
  if (! isempty (piece))
    piece(:,log_columns ()) += run.seconds;
  endif
  run.state = state;
  run.log = [run.log; piece];
  run.unsolved = merge (run.unsolved, outcome.unsolved);
  run.counts = add_counts (run.counts, outcome.counts);
endfunction

function all = add_counts (all, more)
  for name = fieldnames (more)'
    all.(name{1}) += more.(name{1});
  endfor
endfunction

## Columns: trajectory, count, then what was noted the first time.
function all = merge (all, more)
  for column = more
    k = [];
    if (! isempty (all))
      k = find (all(1,:) == column(1), 1);
    endif
    if (isempty (k))
      all = [all, column];
    else
      all(2,k) += column(2);
    endif
  endfor
endfunction

function [stop, outcome] = asked_to_stop (run, piece, seconds, finished, outcome)
  stop = ! isempty (run.opt.callback) && ! isempty (piece) && ask (run.opt.callback, run.state.iteration, report (run.model, piece));
  if (finished)  # the callback hears of the end; there is nothing left to stop
    stop = true;
  elseif (stop)
    outcome.status = "STOPPED";
    outcome.message = "the callback returned true";
  elseif (seconds >= run.opt.time_limit)
    stop = true;
    outcome.status = "TIME_LIMIT";
    outcome.message = sprintf ("the time limit of %g s was reached", run.opt.time_limit);
  endif
endfunction

## Called as a statement, so that functions without a result (printf) will do: Octave leaves a result in ans.
function stop = ask (callback, iteration, info)
  ans = false;
  callback (iteration, info);
  stop = ans;
  if (isempty (stop))
    stop = false;
  elseif (! (islogical (stop) || isnumeric (stop)) || ! isscalar (stop) || isnan (stop))
    error ("hybridsam:train:callback", "hybrid_train: the callback must return true (to stop), false or nothing, got %s", short_text (stop));
  endif
endfunction

function info = report (model, piece)
  info = struct ("loss", piece(end,2), "validation", piece(find (! isnan (piece(:,6)), 1, "last"),6), ...
                 "params", params_at (model, piece(end,log_columns ()+1:end)));
endfunction

function p = params_at (model, row)
  p = struct ();
  for q = model.params
    p.(q.name) = reshape (row(q.first:q.first + q.rows * q.cols - 1), q.rows, q.cols);
  endfor
endfunction

function show (model, row, with_header)
  p = row(log_columns ()+1:end);
  names = {};
  for q = model.params
    names = [names, repmat({q.name}, 1, q.rows * q.cols)];
  endfor
  k = 1:min (numel (p), 6);
  if (with_header)
    printf ("%9s %12s %12s%s\n", "iteration", "loss", "validation", sprintf (" %12s", names{k}));
  endif
  validation = "";
  if (! isnan (row(6)))
    validation = sprintf ("%.6g", row(6));
  endif
  printf ("%9d %12.6g %12s%s\n", row(1), row(2), validation, sprintf (" %12.6g", p(k)));
endfunction
