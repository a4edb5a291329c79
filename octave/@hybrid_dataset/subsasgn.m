## SPDX-License-Identifier: GPL-3.0-or-later

function d = subsasgn (d, s, value)
  error ("hybridsam:data:field", "a data set cannot be changed (its parts were checked together); make a new one with hybrid_data");
endfunction
