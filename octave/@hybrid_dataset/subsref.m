## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = subsref (d, s)
  if (! strcmp (s(1).type, ".") || ! isfield (d.s, s(1).subs))
    error ("hybridsam:data:field", "a data set has the fields %s", strjoin (fieldnames (d.s)', ", "));
  endif
  varargout{1} = subsref (d.s, s);
endfunction
