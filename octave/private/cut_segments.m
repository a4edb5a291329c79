## SPDX-License-Identifier: GPL-3.0-or-later

## segments = cut_segments (data, L, keep_rest): the data set cut into segments of L steps that share end points; all that start at sample 1 first, then
## L + 1, ... KEEP_REST: left-over steps make a shorter last segment instead of being dropped.

function segments = cut_segments (data, L, keep_rest)
  count = data.count(:);
  [first, owner, steps] = segment_starts (count, L, keep_rest);
  index = cellfun (@(a, n) a:a + n, num2cell (first), num2cell (steps), "UniformOutput", false);
  index = horzcat (index{:})';
  s = struct ("count", steps + 1, "t", data.t(index), "y", data.y(index,:), "weight", data.weight, "u", data.u(index,:), ...
              "interpolation", data.interpolation, "x0", data.x0, "spread", data.spread, "unit", data.unit(owner)(:), "next", [], ...
              "features", data.features, "algebraic", false, "output_names", {data.output_names}, "input_names", {data.input_names}, ...
              "trajectory_names", {{}}, "dropped", data.dropped);
  if (! keep_rest)
    s.dropped += sum (mod (count - 1, L));
  endif
  if (! isempty (s.weight))
    s.weight = s.weight(index,:);
  endif
  if (! isempty (s.features))
    s.features = s.features(:,owner);
  endif
  later = numel (count)+1:numel (owner);  # the first segments come first
  if (! isempty (s.x0))
    s.x0 = s.x0(:,owner);
    s.x0(:,later) = NaN;
  endif
  if (! isempty (s.spread))
    s.spread = s.spread(:,owner);
  endif
  if (! isempty (data.trajectory_names))
    s.trajectory_names = data.trajectory_names(owner);
  endif
  segments = hybrid_dataset (s);
endfunction

## Row of the first sample, trajectory and steps of every segment, in order (columns).
function [first, owner, steps] = segment_starts (count, L, keep_rest)
  offset = cumsum ([0; count])(1:end-1);
  pieces = floor ((count - 1) / L);
  if (keep_rest)
    pieces = max (1, ceil ((count - 1) / L));
  endif
  [owner, k] = find ((1:max (pieces)) <= pieces);  # column by column: all first segments, then all second
  owner = owner(:);
  k = k(:);
  first = offset(owner) + (k - 1) * L + 1;
  steps = min (L, count(owner) - 1 - (k - 1) * L);
endfunction
