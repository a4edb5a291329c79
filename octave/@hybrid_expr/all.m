## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = all (varargin)
  refuse ("function", "all (...) of a traced quantity", "use masks: min (mask) with hybrid_ifelse");
endfunction
