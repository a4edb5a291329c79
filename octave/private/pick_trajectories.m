## SPDX-License-Identifier: GPL-3.0-or-later

## part = pick_trajectories (data, chosen): the data set of these trajectories (algebraic: samples) alone, in this order; those that shared their values
## (segments) still do, numbered anew.

function part = pick_trajectories (data, chosen)
  s = parts (data);
  first = cumsum ([1; s.count(:)])(1:end-1);
  sample = arrayfun (@(b) first(b) + (0:s.count(b) - 1), chosen(:)', "UniformOutput", false);
  sample = [sample{:}];
  s.count = s.count(chosen(:));
  [~, ~, unit] = unique (s.unit(chosen(:)));
  s.unit = unit(:);
  for name = {"t", "y", "weight", "u"}
    if (rows (s.(name{1})) > 0)
      s.(name{1}) = s.(name{1})(sample,:);
    endif
  endfor
  for name = {"x0", "spread", "features"}
    if (! isempty (s.(name{1})))
      s.(name{1}) = s.(name{1})(:,chosen(:));
    endif
  endfor
  if (! isempty (s.trajectory_names))
    s.trajectory_names = s.trajectory_names(chosen(:));
  endif
  part = hybrid_dataset (s);
endfunction
