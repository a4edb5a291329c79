## SPDX-License-Identifier: GPL-3.0-or-later

function r = sumsq (a, varargin)
  r = sum (a .^ 2, varargin{:});
endfunction
