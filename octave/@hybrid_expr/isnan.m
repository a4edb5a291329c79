## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = isnan (varargin)
  refuse ("function", "isnan (...) of a traced quantity", "comparisons with hybrid_ifelse can guard a formula");
endfunction
