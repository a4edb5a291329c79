## SPDX-License-Identifier: GPL-3.0-or-later

function text = shape_text (e)
  text = sprintf ("%d x %d", e.rows, e.cols / e.pages);
  if (e.pages > 1)
    text = sprintf ("%s x %d", text, e.pages);
  endif
endfunction
