## SPDX-License-Identifier: GPL-3.0-or-later

function r = diff (a)
  n = numel (a);
  if (! isvector (a))
    refuse ("function", "diff of a matrix", "write the difference with indices");
  endif
  i = struct ("type", "()", "subs", {{2:n}});
  j = struct ("type", "()", "subs", {{1:n-1}});
  r = subsref (a, i) - subsref (a, j);
endfunction
