## SPDX-License-Identifier: GPL-3.0-or-later

function r = double (a)
  refuse ("function", "double (...) of a traced quantity", "leave the conversion out: everything is double");
endfunction
