## SPDX-License-Identifier: GPL-3.0-or-later

function r = size_equal (a, varargin)
  r = all (cellfun (@(b) isequal (size (a), size (b)), varargin));
endfunction
