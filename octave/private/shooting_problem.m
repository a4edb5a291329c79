## SPDX-License-Identifier: GPL-3.0-or-later

## [segments, start, owner, scale] = shooting_problem (model, data, opt): multiple shooting. The trajectories are cut into segments of opt.shooting
## steps whose initial states are estimated (the first segment's as the data say); segments.next says which one goes on where a segment ends.
## They start from the measurements where the outputs are the states, else from a simulation at the start values. start: opt.start with the
## initial states; owner: the trajectory of each segment; scale (n_x x 1): standard deviation of each state over the starts.

function [segments, start, owner, scale] = shooting_problem (model, data, opt)
  if (isempty (model.functions.rhs))
    error ("hybridsam:train:shooting", "hybrid_train: \"shooting\" needs a differential equation, the model is algebraic");
  endif
  [~, d, layout] = core_problem ("hybrid_train", model, data, true);
  if (isempty (d.x0))
    error ("hybridsam:train:shooting", "hybrid_train: \"shooting\" needs initial states from the data (given, estimated, or first samples), not from \"initial\" of the model");
  endif
  segments = cut_segments (data, opt.shooting, true);
  B = numel (data.count);
  n = numel (segments.count);
  row = rows_of_starts (data, segments, opt.shooting);
  owner = row.owner;
  x0 = guess (model, data, opt, row.sample);
  x0(:,1:B) = d.x0(1:model.n_x,:);
  spread = Inf (model.n_x, n);
  spread(:,1:B) = 0;
  if (layout.estimated)
    spread(:,1:B) = data.spread;
  endif
  s = struct (segments);
  s = s.s;
  s.x0 = x0;
  s.spread = spread;
  s.next = row.next;
  first = cumsum ([1; s.count])(B+1:n);
  s.y(first,:) = NaN;  # measured once: at the end of the segment before
  segments = hybrid_dataset (s);
  start = opt.start;
  start.initial = x0;
  if (layout.estimated && isfield (opt.start, "initial"))
    start.initial(:,1:B) = opt.start.initial;
  endif
  scale = std (x0, 0, 2);
  scale(! (scale > 0)) = 1;
endfunction

## Which sample of all (row of data.t) each segment starts at, its trajectory, and the segment that goes on at its end (0: none).
function row = rows_of_starts (data, segments, L)
  count = data.count(:);
  offset = cumsum ([0; count])(1:end-1);
  pieces = max (1, ceil ((count - 1) / L));
  [owner, k] = find ((1:max (pieces)) <= pieces);
  owner = owner(:);
  k = k(:);
  number = zeros (numel (count), max (pieces) + 1);
  number(sub2ind (size (number), owner, k)) = 1:numel (owner);
  row = struct ("owner", owner', "sample", offset(owner) + (k - 1) * L + 1, "next", number(sub2ind (size (number), owner, k + 1)));
endfunction

function x0 = guess (model, data, opt, sample)
  x0 = NaN (model.n_x, numel (sample));
  observed = isempty (model.functions.output) && columns (data.y) == model.n_x;
  if (observed)
    x0 = data.y(sample,:)';
  endif
  missing = isnan (x0);
  if (any (missing(:)))
    try
      x = hybrid_simulate (model, data, opt.start, solver_options (opt){:}).x;
    catch e
      error ("hybridsam:train:shooting", "hybrid_train: \"shooting\" starts unmeasured states from a simulation at the start values, and this failed: %s", e.message);
    end_try_catch
    if (iscell (x))
      x = vertcat (x{:});
    else
      x = reshape (permute (x, [1 3 2]), [], model.n_x);
    endif
    x = x(sample,:)';
    x0(missing) = x(missing);
  endif
endfunction
