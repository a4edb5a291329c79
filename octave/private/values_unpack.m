## SPDX-License-Identifier: GPL-3.0-or-later

## v = values_unpack (model, vector): the values vector of the core as a struct, v.params.NAME, v.nets.NAME.W{l}, .b{l}.
## v = values_unpack (model, vector, layout): with the values of single trajectories, v.params.NAME (rows x cols x units, or rows x units of a
## column) and v.initial (n_x x B).

function v = values_unpack (model, vector, layout)
  v = struct ("params", struct (), "nets", struct ());
  for k = 1:numel (model.params)
    q = model.params(k);
    v.params.(q.name) = reshape (vector(q.first:q.first + q.rows * q.cols - 1), q.rows, q.cols);
  endfor
  for q = model.own
    v.params.(q.name) = q.start;
    if (nargin > 2)
      own = reshape (vector(layout.own + (1:layout.n_own * layout.units)), layout.n_own, layout.units);
      v.params.(q.name) = reshape (own(q.first:q.first + q.rows * q.cols - 1,:), [q.rows, q.cols(q.cols > 1), layout.units]);
    endif
  endfor
  for k = 1:numel (model.nets)
    q = model.nets(k);
    at = q.first;
    n = q.net.layers;
    W = b = cell (1, numel (n) - 1);
    for l = 1:numel (n) - 1
      if (isempty (q.net.kernel))
        W{l} = reshape (vector(at:at + n(l) * n(l+1) - 1), n(l+1), n(l));
        at += n(l) * n(l+1);
      else
        shape = [q.net.kernel, n(l), n(l+1)];
        W{l} = reshape (vector(at:at + prod (shape) - 1), shape);
        at += prod (shape);
      endif
      b{l} = reshape (vector(at:at + n(l+1) - 1), n(l+1), 1);
      at += n(l+1);
    endfor
    v.nets.(q.name) = struct ("W", {W}, "b", {b});
  endfor
  if (nargin > 2 && layout.estimated)
    v.initial = reshape (vector(layout.x0_first+1:end), model.n_x, layout.B);
  endif
endfunction
