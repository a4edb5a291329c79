## SPDX-License-Identifier: GPL-3.0-or-later

## ms = step_ms (Q, N, NAME, VALUE, ...): milliseconds of each of N steps inside hybrid_train: loss, gradient, Adam. The learning rate is too small to
## change anything, so that all steps do the same work.

function ms = step_ms (q, n, varargin)
  fit = hybrid_train (q.model, q.data, "start", q.v, "iterations", n + 1, "learning_rate", 1e-14, "display", "off", varargin{:});
  ms = 1e3 * diff (fit.history.seconds);
endfunction
