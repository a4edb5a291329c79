## SPDX-License-Identifier: GPL-3.0-or-later

## [whole, pieces] = fan_windows (windows, L): the wind tunnel's windows of these numbers, speed in rad/s, time from 0, load held.
##
## The speed is the minimum of each second and the load's steps are known to about a second, so in a whole window the first samples after a step say
## more about the clock than about the fan. pieces are the stretches of constant load, each started from its own first sample that is on its way
## (5 % away from the speed before the step; the step itself where the speed stays), of at most L steps: there the unknown second does not enter.

function [whole, pieces] = fan_windows (windows, L)
  rpm = hybrid_data (task_file ("rpm_windows.csv"), "time", "time_s", "trajectory", {"window"}, "outputs", {"rpm_in"}, "inputs", {"load_in"}, "where", {"window", windows});
  tables = mat2cell ([rpm.t, rpm.y * 2 * pi / 60, rpm.u], rpm.count, 3)';
  whole = data_of (tables);
  if (nargout > 1)
    cut = cellfun (@(T) stretches (T, L), tables, "UniformOutput", false);
    pieces = data_of ([cut{:}]);
  endif
endfunction

function data = data_of (tables)
  column = @(j) cellfun (@(T) T(:,j), tables, "UniformOutput", false);
  since_start = cellfun (@(t) t - t(1), column (1), "UniformOutput", false);
  data = hybrid_data (since_start, column (2), "inputs", column (3), "interpolation", "zoh");
endfunction

function cut = stretches (T, L)
  ends = [find(diff (T(:,3)) != 0); rows(T)];
  cut = cell (1, numel (ends));
  first = 1;
  for k = 1:numel (ends)
    r = first:ends(k);
    before = T(max (1, first - 1), 2);
    on_its_way = find (abs (T(r,2) / before - 1) > 0.05, 1);
    if (! isempty (on_its_way))
      r = r(on_its_way:end);
    endif
    cut{k} = T(r(1:min (end, L + 1)),:);
    first = ends(k) + 1;
  endfor
endfunction
