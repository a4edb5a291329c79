## SPDX-License-Identifier: GPL-3.0-or-later

## Every public function has a help text that makeinfo can print, errors, see also and an example that runs; INDEX lists all of them and
## nothing else.

1;

function verdict (ok, name)
  if (ok)
    printf ("ok %s\n", name);
  else
    printf ("not ok %s\n", name);
  endif
endfunction

## The @example blocks of a help text, run where a model, data and values exist; a line "@result{} X" after an expression is compared.
function run_examples (text)
  graphics_toolkit gnuplot
  warning ("off", "all");
  set (0, "defaultfigurevisible", "off");
  cd (tempname_folder ());
  net = hybrid_net ([2 4 1]);
  model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", net), ...
                        "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
  data = hybrid_data ((0:0.5:3)', [cos((0:0.5:3)'), -sin((0:0.5:3)')]);
  v = hybrid_values (model);
  x = struct ("v", 1);
  p = struct ("c", 2);
  blocks = regexp (text, '@example\n(.*?)@end example', "tokens");
  for k = 1:numel (blocks)
    code = regexprep (blocks{k}{1}, '@([{}@])', "$1");
    code = regexprep (code, '([^\n]*)\n\s*@result\{\} ([^\n]*)', 'assert ($1, $2);');
    evalc (code);
  endfor
endfunction

function d = tempname_folder ()
  d = tempname ();
  mkdir (d);
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
  try
    run_examples (text);
    verdict (true, ["help-" names{k} "-example"]);
  catch e
    disp (e.message);
    verdict (false, ["help-" names{k} "-example"]);
  end_try_catch
  cd (top);
endfor
index = regexp (fileread (fullfile (top, "INDEX")), '^ (\S+)', 'tokens', 'lineanchors');
index = cellfun (@(t) t{1}, index, "UniformOutput", false);
verdict (isempty (setxor (index, names)), "index-complete");
