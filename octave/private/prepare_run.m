## SPDX-License-Identifier: GPL-3.0-or-later

## run = prepare_run (model, data, opt): a training run from its model, data and options alone, so that a checkpoint has to hold no more:
##   model, data, opt           as given
##   fitted, layout, cm, start  the data that are fitted (cut, when shooting), where its values stand, the core's model, values to start from
##   o                          the core's numbers
##   stages                     struct array: until (iteration) and d, the core's data: the growing horizon
##   validation                 the core's data or []
##   log, unsolved, counts, seconds   so far

function run = prepare_run (model, data, opt)
  run = struct ("model", model, "data", data, "opt", opt, "fitted", data, "owner", 1:numel (data.count), "start", opt.start, "gap_scale", []);
  if (! isempty (opt.shooting))
    [run.fitted, run.start, run.owner, run.gap_scale] = shooting_problem (model, data, opt);
  endif
  [run.cm, d, run.layout] = core_problem ("hybrid_train", model, run.fitted, true);
  named = [fieldnames(opt)'; struct2cell(opt)'];
  [~, run.o] = core_options ("hybrid_train", "t", model, run.layout, named{:});
  d.scale = output_scale ("hybrid_train", data, opt.scale);
  if (! isempty (run.gap_scale))
    d.next = run.fitted.next;
    d.gap_weight = [opt.shooting_weight ./ (run.gap_scale .^ 2 * model.n_x); zeros(model.n_own, 1)];
  endif
  run.stages = stages_of (model, d, opt);
  run.validation = validation_of (model, run.layout, d.scale, opt);
  run.log = [];
  run.unsolved = [];
  run.counts = struct ("steps", 0, "rhs", 0, "backward_steps", 0, "backward_rhs", 0, "nodes", 0, "trajectories", 0, "stiff", 0);
  run.seconds = 0;
endfunction

## The first eighth, quarter and half of every trajectory (two samples at least) for an eighth of the iterations each, then all.
function stages = stages_of (model, d, opt)
  stages = struct ("until", {}, "d", {});
  if (strcmp (opt.horizon, "grow") && ! isempty (model.functions.rhs))
    for k = 1:3
      stages(end+1) = struct ("until", round (k * opt.iterations / 8), "d", first_part (d, 2 ^ (k - 4)));
    endfor
  endif
  stages(end+1) = struct ("until", Inf, "d", d);
endfunction

function d = first_part (d, fraction)
  count = d.count(:);
  first = cumsum ([1; count])(1:end-1);
  kept = min (count, max (2, ceil (fraction * count)));
  index = arrayfun (@(a, n) a:a + n - 1, first, kept, "UniformOutput", false);
  index = [index{:}];
  for name = {"t", "y", "u", "weight"}
    if (! isempty (d.(name{1})))
      d.(name{1}) = d.(name{1})(:,index);
    endif
  endfor
  d.count = kept;
endfunction

## Validation uses the training's values: its trajectories must be the training's where those have values of their own.
function d = validation_of (model, layout, scale, opt)
  d = [];
  if (isempty (opt.validation))
    return;
  endif
  if (! isempty (opt.validation.spread))
    error ("hybridsam:train:validation", ["hybrid_train: the validation data would have to estimate their initial states, and nothing is fitted to them; give them " ...
           "known ones (\"initial\", or complete first samples)"]);
  endif
  if (model.n_own && max (opt.validation.unit) > layout.units)
    error ("hybridsam:train:validation", ["hybrid_train: parameter %s belongs to single trajectories: the validation data may have at most the %d of the training " ...
           "data, in the same order, they have %d"], model.own(1).name, layout.units, max (opt.validation.unit));
  endif
  d = core_data ("hybrid_train", model, opt.validation, true, layout);
  d.scale = scale;
endfunction
