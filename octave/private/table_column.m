## SPDX-License-Identifier: GPL-3.0-or-later

## One column of a table: numbers (n x 1) when every entry is a number, empty, NaN or NA; else words (n x 1 cellstr).

function c = table_column (table, name)
  if (! ischar (name) || rows (name) != 1)
    error ("hybridsam:data:column", "hybrid_data: a column of %s must be given by its name, got %s", table.file, short_text (name));
  endif
  k = find (strcmp (table.names, name), 1);
  if (isempty (k))
    error ("hybridsam:data:column", "hybrid_data: %s has no column %s; did you mean %s?", table.file, short_text (name), ...
           nearest_name (name, table.names));
  endif
  words = table.cells(k,:)';
  c = str2double (words);
  if (any (isnan (c)) || iscomplex (c))
    [words, ~, at] = unique (words);  # a column of words has few of them
    words = unquote (words);
    c = str2double (words);
    unread = (isnan (c) | imag (c) != 0) & ! cellfun (@isempty, words) & ! ismember (lower (words), {"nan", "na"});
    if (any (unread))
      c = words;
    endif
    c = c(at)(:);
  endif
endfunction
