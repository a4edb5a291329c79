## SPDX-License-Identifier: GPL-3.0-or-later

function r = mldivide (a, b)
  if (isa (a, "hybrid_expr") && numel (a) > 1)
    refuse ("function", "solving a linear system with a traced matrix", "only a constant matrix can stand left of \\");
  elseif (numel (a) == 1)
    r = b ./ a;
  else
    r = inv (a) * b;
  endif
endfunction
