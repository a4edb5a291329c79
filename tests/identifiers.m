## SPDX-License-Identifier: GPL-3.0-or-later

## The tables of the guide's chapter "When it goes wrong" against the code: every identifier that is raised stands there and no other does, and so do
## the statuses that a run can end with. The comparison itself is tried on planted mistakes.

1;

function verdict (ok, name)
  printf ("%s %s\n", {"not ok", "ok"}{1 + ok}, name);
endfunction

function list = files_below (folder, extension)
  list = glob (fullfile (folder, ["*." extension]));
  for d = glob (fullfile (folder, "*"))'
    if (isfolder (d{1}))
      list = [list; files_below(d{1}, extension)];
    endif
  endfor
endfunction

function words = found (text, pattern)
  words = cellfun (@(t) strjoin (t, ":"), regexp (text, pattern, "tokens"), "UniformOutput", false);
endfunction

## The code of an m-file: no help texts, comments, tests, and no lines that only look at an identifier.
function text = code_of (file)
  lines = strsplit (fileread (file), "\n");
  drop = ! cellfun (@isempty, regexp (lines, '^\s*(#|%)|strn?cmp \(e\.identifier'));
  text = strjoin (lines(! drop), "\n");
endfunction

## Identifiers of m-files: written out, or put together by a function from a word that its callers give.
function ids = raised_by_octave (top)
  files = files_below (fullfile (top, "octave"), "m");
  code = cellfun (@code_of, files, "UniformOutput", false);
  all = strjoin (code', "\n");
  ids = strrep (found (all, '"hybridsam:([a-z]+):([a-z_]+)"'), " ", "");
  for name = unique (found (all, '"hybridsam:" room ":([a-z]+)"'))  # function check_NAME (caller, room, ...)
    ids = [ids, strcat(found (all, ['check_' name{1} ' \("\w+", "([a-z]+)"']), ":", name{1})];
  endfor
  n = numel (found (all, '"hybridsam:" room ":([a-z]+)"'));
  for k = 1:numel (code)                                            # function NAME (what, ...) with ["hybridsam:ROOM:" what]
    for room = found (code{k}, '\["hybridsam:([a-z]+):" what\]')
      before = code{k}(1:regexp (code{k}, '\["hybridsam:[a-z]+:" what\]', "once"));
      name = regexp (before, 'function (\w+) \(what', "tokens"){end}{1};
      ids = [ids, strcat(room{1}, ":", found (all, ['\<' name ' \("([a-z_]+)"']))];
      n++;
    endfor
  endfor
  assert (n == numel (found (all, '\["hybridsam:([a-z]*)')), "an identifier is put together in a way this test does not follow");
endfunction

## Identifiers of the core: "room:what", or by a macro with "room:" id.
function ids = raised_by_core (top)
  files = [files_below(fullfile (top, "src"), "c"); files_below(fullfile (top, "src"), "h")];
  ids = {};
  for k = 1:numel (files)
    text = regexprep (fileread (files{k}), '/\*.*?\*/', "");
    ids = [ids, found(text, '"([a-z]+:[a-z_]+)"')];
    for macro = regexp (text, '#define (\w+)\(.*?"([a-z]+):" id', "tokens")
      ids = [ids, strcat(macro{1}{2}, ":", found (text, [macro{1}{1} '\(&?\w+, "([a-z]+)"']))];
    endfor
  endfor
endfunction

## Statuses > 0 of the core but those that pass unseen, and what m-files set.
function list = statuses_of_runs (top)
  rows = regexp (fileread (fullfile (top, "src", "base", "base.h")), 'X\((\w+), (-?\d+),', "tokens");
  list = cellfun (@(r) r{1}, rows(cellfun (@(r) str2double (r{2}) > 0, rows)), "UniformOutput", false);
  list = setdiff (list, {"RETRY", "RUNNING"});
  for file = files_below (fullfile (top, "octave"), "m")'
    list = [list, found(code_of (file{1}), 'status(?:", | = )"([A-Z_]+)"')];
  endfor
  list = unique (list);
endfunction

## What differs between code and guide, as sentences.
function list = differences (top)
  guide = fileread (fullfile (top, "doc", "guide.md"));
  tables = {found(guide, '(?m)^\| `hybridsam:([a-z]+:[a-z_]+)`'), found(guide, '(?m)^\| `([A-Z_]+)`')};
  code = {unique([raised_by_octave(top), raised_by_core(top)]), statuses_of_runs(top)};
  list = {};
  for k = 1:2
    [~, once] = unique (tables{k});
    twice = tables{k};
    twice(once) = [];
    say = @(words, list) cellfun (@(w) [words w], list, "UniformOutput", false);
    list = [list, say("not in the guide: ", setdiff (code{k}, tables{k})), say("only in the guide: ", setdiff (tables{k}, code{k})), ...
            say("twice in the guide: ", twice)];
  endfor
endfunction

## The tree with TEXT added to FILE, or, when TEXT is empty, without the lines of it that have WORD.
function list = differences_with (top, file, text, word)
  copy = tempname ();
  mkdir (copy);
  unwind_protect
    for folder = {"octave", "src", "doc"}
      copyfile (fullfile (top, folder{1}), copy);
    endfor
    path = fullfile (copy, file);
    lines = strsplit (fileread (path), "\n");
    if (isempty (text))
      lines(! cellfun (@isempty, strfind (lines, word))) = [];
    endif
    f = fopen (path, "w");
    fputs (f, strjoin ([lines, {text}], "\n"));
    fclose (f);
    list = differences (copy);
  unwind_protect_cleanup
    confirm_recursive_rmdir (false, "local");
    rmdir (copy, "s");
  end_unwind_protect
endfunction

top = fileparts (fileparts (mfilename ("fullpath")));
list = differences (top);
if (! isempty (list))
  printf ("%s\n", list{:});
endif
verdict (isempty (list), "identifiers-and-statuses-documented");
planted = {"octave/private/core.m", "error (\"hybridsam:core:planted\", \"x\");", "";
           "octave/private/core.m", "warning (\"hybridsam:core:planted\", \"x\");", "";
           "octave/private/core.m", "check_model (\"x\", \"planted\", m);", "";
           "octave/@hybrid_expr/sin.m", "refuse (\"planted\", x);", "";
           "octave/private/core.m", "outcome.status = \"PLANTED\";", "";
           "src/solve/rk.c", "hs_fail(e, HS_INVALID, \"solve:planted\", \"x\");", "";
           "src/tape/graph.c", "REFUSE(c, \"planted\", \"x\");", "";
           "src/base/base.h", "X(PLANTED, 99, \"x\")", "";
           "doc/guide.md", "| `hybridsam:data:planted` | x | y |", "";
           "doc/guide.md", "| `PLANTED` | x | y |", "";
           "doc/guide.md", "| `hybridsam:data:times` | x | y |", "";
           "doc/guide.md", "", "`hybridsam:data:times`";
           "doc/guide.md", "", "`PATIENCE`"};
for k = 1:rows (planted)
  verdict (numel (differences_with (top, planted{k,:})) == numel (list) + 1, sprintf ("identifiers-planted-%d", k));
endfor
