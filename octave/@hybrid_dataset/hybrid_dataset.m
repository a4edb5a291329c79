## SPDX-License-Identifier: GPL-3.0-or-later

## A data set: the struct that hybrid_data has checked, read with data.FIELD, shown by disp. An old-style class so that it can be saved
## (a classdef object cannot) and printed as a table (a struct cannot).

function d = hybrid_dataset (s)
  d = class (struct ("s", s), "hybrid_dataset");
endfunction
