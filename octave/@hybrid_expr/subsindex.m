## SPDX-License-Identifier: GPL-3.0-or-later

function r = subsindex (a)
  refuse ("index", "an index that depends on a traced quantity", "indices must be constants; use hybrid_ifelse to choose between values");
endfunction
