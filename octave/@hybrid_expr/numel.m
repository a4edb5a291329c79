## SPDX-License-Identifier: GPL-3.0-or-later

function n = numel (a, varargin)
  if (nargin > 1)
    n = 1;  # Octave asks how many values an index gives: one
  else
    n = a.rows * a.cols;
  endif
endfunction
