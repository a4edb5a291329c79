## SPDX-License-Identifier: GPL-3.0-or-later

function r = dot (a, b)
  if (numel (a) != numel (b))
    refuse ("shape", sprintf ("dot of %d with %d elements", numel (a), numel (b)), "give it vectors of one length");
  endif
  r = sum (reshape (a, [], 1) .* reshape (b, [], 1));
endfunction
