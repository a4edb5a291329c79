## SPDX-License-Identifier: GPL-3.0-or-later

function r = vertcat (varargin)
  r = cat (1, varargin{:});
endfunction
