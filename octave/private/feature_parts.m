## SPDX-License-Identifier: GPL-3.0-or-later

## The argument z of `initial`: the named features, then y, the first `window` samples of the outputs (n_y x window).

function parts = feature_parts (model)
  parts = struct ("name", {}, "rows", {}, "cols", {}, "first", {});
  n = numel (model.features);
  for k = 1:n
    parts(end+1) = struct ("name", model.features{k}, "rows", 1, "cols", 1, "first", k);
  endfor
  parts(end+1) = struct ("name", "y", "rows", model.n_y, "cols", model.window, "first", n + 1);
endfunction
