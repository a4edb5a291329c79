## SPDX-License-Identifier: GPL-3.0-or-later

## table = read_table (file): names (cellstr), columns (numeric column or cellstr), n rows. Comma separated with a header line; a column
## is words when its first entry is; empty numbers are NaN.

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
  text = strrep (text, "\r", "");
  ends = [find(text == "\n"), numel(text) + 1];
  names = strtrim (strrep (strsplit (text(1:ends(1)-1), ","), "\"", ""));
  body = text(ends(1)+1:end);
  if (isempty (strtrim (body)))
    error ("hybridsam:data:file", "hybrid_data: the file %s has no rows below its header", file);
  endif
  first = strsplit (strtok (body, "\n"), ",", "CollapseDelimiters", false);
  if (numel (first) != numel (names))
    error ("hybridsam:data:file", "hybrid_data: the header of %s names %d columns, its first row has %d", file, numel (names), numel (first));
  endif
  words = cellfun (@(c) ! isempty (strtrim (c)) && isnan (str2double (c)) && ! any (strcmpi (strtrim (c), {"nan", "na"})), first);
  format = repmat ({"%f"}, 1, numel (names));
  format(words) = {"%q"};
  columns = textscan (body, strjoin (format, " "), "Delimiter", ",", "EmptyValue", NaN, "TreatAsEmpty", {"NA"});
  counts = cellfun (@numel, columns);
  if (any (counts != counts(1)))
    error ("hybridsam:data:file", "hybrid_data: row %d of %s does not fit its columns", min (counts) + 2, file);
  endif
  table = struct ("file", file, "names", {names}, "columns", {columns}, "n", counts(1));
endfunction
