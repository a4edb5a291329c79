## SPDX-License-Identifier: GPL-3.0-or-later

## a = bench_flat (v): all numbers of values or of a gradient as one column: parameters, then each network's W(:), b(:) layer by layer.

function a = bench_flat (v)
  a = [];
  for part = struct2cell (v.params)'
    a = [a; part{1}(:)];
  endfor
  for net = struct2cell (v.nets)'
    for l = 1:numel (net{1}.W)
      a = [a; net{1}.W{l}(:); net{1}.b{l}(:)];
    endfor
  endfor
endfunction
