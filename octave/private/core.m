## SPDX-License-Identifier: GPL-3.0-or-later

## varargout = core (COMMAND, ...): the only caller of the MEX gateway; raises the errors it returns. Commands: doc/developer.md.

function varargout = core (varargin)
  persistent found = false;  # looking for a file takes longer than a small call
  if (! found)
    found = exist ("__hybridsam__") == 3;
    if (! found)
      error ("hybridsam:core:missing", "hybridsam: the compiled core (__hybridsam__.mex) is not on the path; run make, or install the package");
    endif
  endif
  [err, varargout{1:nargout}] = __hybridsam__ (varargin{:});
  if (! isempty (err))
    stack = dbstack (1);
    if (isfield (err, "user"))  # the user's own error, with the stack it had
      stack = __hybrid_call__ ("stack");
    endif
    error (struct ("message", err.message, "identifier", err.id, "stack", stack));
  endif
endfunction
