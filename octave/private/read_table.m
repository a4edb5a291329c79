## SPDX-License-Identifier: GPL-3.0-or-later

## table = read_table (file): a comma-separated file with a header line as names (1 x m cellstr) and cells (m x n cellstr), n rows. Words are
## turned into numbers by table_column, for the columns that are asked for. Commas between double quotes belong to the word.

function table = read_table (file)
  [f, message] = fopen (file, "r");
  if (f < 0)
    error ("hybridsam:data:file", "hybrid_data: the file %s cannot be read: %s", file, message);
  endif
  unwind_protect
    text = fread (f, [1 Inf], "*char");
  unwind_protect_cleanup
    fclose (f);
  end_unwind_protect
  text = regexprep (strrep (text, "\r", ""), "\n\\s*(?=\n|$)", "");  # no empty lines
  quoted = mod (cumsum (text == "\""), 2) == 1;
  comma = text == "," & ! quoted;
  newline = text == "\n" & ! quoted;
  per_row = diff ([0, cumsum(comma)([find(newline), numel(text)])]);
  bad = find (per_row != per_row(1), 1);
  if (! isempty (bad))
    error ("hybridsam:data:file", "hybrid_data: row %d of %s has %d columns, its header names %d", bad, file, per_row(bad) + 1, per_row(1) + 1);
  endif
  if (numel (per_row) < 2)
    error ("hybridsam:data:file", "hybrid_data: the file %s has no rows below its header", file);
  endif
  ends = find (comma | newline);
  if (! newline(end))
    ends(end+1) = numel (text) + 1;
  endif
  cells = reshape (cellslices (text, [1, ends(1:end-1) + 1], ends - 1, 2), per_row(1) + 1, []);
  names = strtrim (strrep (cells(:,1)', "\"", ""));
  table = struct ("file", file, "names", {names}, "cells", {cells(:,2:end)}, "n", columns (cells) - 1);
endfunction
