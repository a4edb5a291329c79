## SPDX-License-Identifier: GPL-3.0-or-later

## table = read_table (file): a comma-separated file with a header line as names (1 x m cellstr) and cells (m x n cellstr), n rows. Words are
## turned into numbers by table_column, for the columns that are asked for. Commas and line ends between double quotes belong to the word.

function table = read_table (file)
  text = text_of (file);
  quoted = mod (cumsum (text == "\""), 2) == 1;
  if (any (quoted) && quoted(end))
    error ("hybridsam:data:file", "hybrid_data: a double quote in the file %s is never closed", file);
  endif
  comma = text == "," & ! quoted;
  newline = text == "\n" & ! quoted;
  per_row = diff ([0, cumsum(comma)(newline)]);
  if (numel (per_row) < 2)
    error ("hybridsam:data:file", "hybrid_data: the file %s has no rows below its header", file);
  endif
  bad = find (per_row != per_row(1), 1);
  if (! isempty (bad))
    error ("hybridsam:data:file", "hybrid_data: row %d of %s has %d columns, its header names %d", bad, file, per_row(bad) + 1, per_row(1) + 1);
  endif
  ends = find (comma | newline);
  cells = reshape (cellslices (text, [1, ends(1:end-1) + 1], ends - 1, 2), per_row(1) + 1, []);
  names = unquote (cells(:,1)');
  if (numel (unique (names)) < numel (names))
    error ("hybridsam:data:file", "hybrid_data: the header of %s names a column twice", file);
  endif
  table = struct ("file", file, "names", {names}, "cells", {cells(:,2:end)}, "n", columns (cells) - 1);
endfunction

## The whole file, without empty lines, byte order mark and carriage returns, with a last line end.
function text = text_of (file)
  if (! ischar (file) || rows (file) != 1 || isfolder (file))
    error ("hybridsam:data:file", "hybrid_data: a file name is needed, got %s", short_text (file));
  endif
  [f, message] = fopen (file, "r");
  if (f < 0)
    error ("hybridsam:data:file", "hybrid_data: the file %s cannot be read: %s", file, message);
  endif
  unwind_protect
    text = fread (f, [1 Inf], "*char");
  unwind_protect_cleanup
    fclose (f);
  end_unwind_protect
  if (any (text == 0))
    error ("hybridsam:data:file", "hybrid_data: the file %s is not text", file);
  endif
  if (strncmp (text, char ([239 187 191]), 3))
    text(1:3) = [];
  endif
  text = [strrep(text, "\r", ""), "\n"];
  text([text(1) == "\n", text(2:end) == "\n" & text(1:end-1) == "\n"]) = "";
endfunction
