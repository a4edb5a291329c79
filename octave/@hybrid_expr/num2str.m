## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = num2str (varargin)
  refuse ("function", "num2str (...) of a traced quantity", "write it with the operations that can be traced, or give the model \"trace\", false");
endfunction
