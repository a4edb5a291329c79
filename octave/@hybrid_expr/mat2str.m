## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = mat2str (varargin)
  refuse ("function", "mat2str (...) of a traced quantity", "write it with the operations that can be traced, or give the model \"trace\", false");
endfunction
