## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = any (varargin)
  refuse ("function", "any (...) of a traced quantity", "use masks: max (mask) or sum (mask) with hybrid_ifelse");
endfunction
