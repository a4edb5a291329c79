## SPDX-License-Identifier: GPL-3.0-or-later

function r = colon (varargin)
  refuse ("loop", "a range with a traced bound (a:b)", "loop and index bounds must be constants");
endfunction
