## SPDX-License-Identifier: GPL-3.0-or-later

## [p, nn] = plain_parts (model, v): parameters with the constants, and the networks as functions of numbers.

function [p, nn] = plain_parts (model, v)
  p = model.constants;
  for k = 1:numel (model.params)
    p.(model.params(k).name) = v.params.(model.params(k).name);
  endfor
  nn = struct ();
  for k = 1:numel (model.nets)
    name = model.nets(k).name;
    net = model.nets(k).net;
    values = v.nets.(name);
    nn.(name) = @(x) plain_net (net, name, values, x);
  endfor
endfunction
