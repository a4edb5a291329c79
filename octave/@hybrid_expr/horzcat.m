## SPDX-License-Identifier: GPL-3.0-or-later

function r = horzcat (varargin)
  r = cat (2, varargin{:});
endfunction
