## SPDX-License-Identifier: GPL-3.0-or-later

function c = table_column (table, name)
  k = find (strcmp (table.names, name), 1);
  if (isempty (k))
    error ("hybridsam:data:column", "hybrid_data: %s has no column %s; did you mean %s?", table.file, short_text (name), ...
           nearest_name (name, table.names));
  endif
  c = table.columns{k};
endfunction
