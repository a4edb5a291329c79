## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = sort (varargin)
  refuse ("function", "sort (...) of a traced quantity", "write it with the operations that can be traced, or give the model \"trace\", false");
endfunction
