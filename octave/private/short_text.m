## SPDX-License-Identifier: GPL-3.0-or-later

## A few words that say what a value is, for error messages.

function s = short_text (x)
  if (ischar (x) && rows (x) <= 1 && numel (x) < 60)
    s = ["\"" x "\""];
  elseif ((isnumeric (x) || islogical (x)) && isreal (x) && numel (x) <= 6 && ndims (x) == 2)
    s = mat2str (double (x), 5);
  else
    s = sprintf ("a %s %s", strjoin (arrayfun (@num2str, size (x), "UniformOutput", false), " x "), class (x));
  endif
endfunction
