## SPDX-License-Identifier: GPL-3.0-or-later

## Every public function has a help text that makeinfo can print, an example, errors, see also; INDEX lists all of them and nothing else.

1;

function verdict (ok, name)
  if (ok)
    printf ("ok %s\n", name);
  else
    printf ("not ok %s\n", name);
  endif
endfunction

top = fileparts (fileparts (mfilename ("fullpath")));
addpath (fullfile (top, "octave"), fullfile (top, "src"));
files = glob (fullfile (top, "octave", "hybrid_*.m"));
names = cellfun (@(f) regexprep (f, '.*/(\w+)\.m$', '$1'), files, "UniformOutput", false);
for k = 1:numel (names)
  [text, format] = get_help_text (names{k});
  verdict (strcmp (format, "texinfo"), ["help-" names{k} "-texinfo"]);
  [plain, status] = __makeinfo__ (text, "plain text");
  verdict (status == 0 && numel (plain) > 300, ["help-" names{k} "-prints"]);
  verdict (! isempty (strfind (text, "@example")) && ! isempty (strfind (text, "@seealso")) && ! isempty (strfind (text, "Errors")), ...
           ["help-" names{k} "-complete"]);
endfor
index = regexp (fileread (fullfile (top, "INDEX")), '^ (\S+)', 'tokens', 'lineanchors');
index = cellfun (@(t) t{1}, index, "UniformOutput", false);
verdict (isempty (setxor (index, names)), "index-complete");
