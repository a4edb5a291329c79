## SPDX-License-Identifier: GPL-3.0-or-later

## m = law_part (model, part): the model with a part of its law (right-hand side; algebraic: output) in the law's place. PART: "physics", the law with 0 for
## all networks; "network", what is left of the law without that. Parameters, networks and their places in the values stay.

function m = law_part (model, part)
  m = model;
  which = {"output", "rhs"}{1 + ! isempty (model.functions.rhs)};
  law = model.functions.(which);
  quiet = muted (model);
  if (strcmp (part, "physics"))
    m.functions.(which) = @(t, x, u, p, nn) law (t, x, u, p, quiet);
  else
    column = @(r) result_column (model, which, r);
    m.functions.(which) = @(t, x, u, p, nn) column (law (t, x, u, p, nn)) - column (law (t, x, u, p, quiet));
  endif
  m.graphs.(which) = trace_function (m, which);
endfunction

function quiet = muted (model)
  quiet = struct ();
  for q = model.nets
    quiet.(q.name) = @(x) zeros_of (q, x);
  endfor
endfunction

function y = zeros_of (q, x)
  check_net_input (q.net, q.name, x);
  if (isempty (q.net.kernel))
    y = zeros (q.net.layers(end), columns (x));
  else
    y = zeros (size (x, 1), size (x, 2), q.net.layers(end));
  endif
endfunction
