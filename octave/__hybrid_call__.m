## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {[@var{r}, @var{err}] =} __hybrid_call__ (@var{model}, @var{which}, @var{t}, @var{X}, @var{U}, @var{Z}, @var{v})
## The trampoline through which the core calls the function of an untraced model for all lanes (columns).  Internal.
##
## Every error is caught and returned, since none may unwind through the core.
## @end deftypefn

function [r, err] = __hybrid_call__ (model, which, t, X, U, Z, v)
  err = [];
  r = [];
  try
    names = {"rhs", "output", "initial"};
    which = names{which};
    values = values_unpack (model, v);
    n = numel (t);
    r = zeros (result_rows (model, which), n);
    for b = 1:n
      r(:,b) = plain_eval (model, which, t(b), X(:,b), U(:,b), Z(:,b), values);
    endfor
  catch e
    err = struct ("id", e.identifier, "message", e.message);
  end_try_catch
endfunction

function n = result_rows (model, which)
  n = model.n_x;
  if (strcmp (which, "output"))
    n = model.n_y;
  endif
endfunction
