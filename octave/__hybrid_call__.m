## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {[@var{r}, @var{err}] =} __hybrid_call__ (@var{model}, @var{which}, @var{t}, @var{X}, @var{U}, @var{Z}, @var{v})
## @deftypefnx {} {@var{stack} =} __hybrid_call__ ("stack")
## The trampoline through which the core calls the function of an untraced model for all lanes (columns).  Internal.
##
## Every error is caught and returned, since none may unwind through the core; @qcode{"stack"} gives the stack of the last one.
## @end deftypefn

function [r, err] = __hybrid_call__ (model, which, t, X, U, Z, v)
  persistent stack;
  err = [];
  r = [];
  if (nargin == 1)
    r = stack;
    return;
  endif
  try
    names = {"rhs", "output", "initial"};
    which = names{which};
    values = values_unpack (model, v(1:model.n_v));
    n = numel (t);
    r = zeros (result_rows (model, which), n);
    for b = 1:n
      r(:,b) = plain_eval (model, which, t(b), X(:,b), U(:,b), Z(:,b), values);
    endfor
  catch e
    err = struct ("id", e.identifier, "message", e.message);
    stack = e.stack;
  end_try_catch
endfunction

function n = result_rows (model, which)
  n = model.n_x + model.n_own;
  if (strcmp (which, "output"))
    n = model.n_y;
  endif
endfunction
