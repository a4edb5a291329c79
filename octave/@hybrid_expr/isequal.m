## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = isequal (varargin)
  refuse ("function", "isequal (...) of a traced quantity", "compare with == and hybrid_ifelse");
endfunction
