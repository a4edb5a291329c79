## SPDX-License-Identifier: GPL-3.0-or-later

## all = put_section (all, text): a page of doc/ with a section ("\n## TITLE\n...") in place of the one with its title, or at the end.

function all = put_section (all, text)
  title = regexp (text, "\n## [^\n]*\n", "match", "once");
  from = strfind (all, title);
  if (isempty (from))
    all = [all, text];
    return;
  endif
  next = strfind (all(from+1:end), "\n## ");
  to = [from + next, numel(all) + 1](1);
  all = [all(1:from-1), text, all(to:end)];
endfunction
