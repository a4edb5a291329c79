## SPDX-License-Identifier: GPL-3.0-or-later

## The number of the graph node that a traced quantity stands for.

function id = node_of (a)
  id = a.id;
endfunction
