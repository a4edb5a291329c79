## SPDX-License-Identifier: GPL-3.0-or-later

## Words of a table without spaces around them and without their double quotes; two double quotes inside stand for one.

function words = unquote (words)
  words = strtrim (words);
  quoted = strncmp (words, "\"", 1);
  words(quoted) = cellfun (@(w) strrep (w(2:max (1, end-1)), "\"\"", "\""), words(quoted), "UniformOutput", false);
endfunction
