## SPDX-License-Identifier: GPL-3.0-or-later

function r = single (a)
  refuse ("function", "single (...) of a traced quantity", "leave the conversion out: everything is double");
endfunction
