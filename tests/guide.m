## SPDX-License-Identifier: GPL-3.0-or-later

## The Octave blocks of doc/guide.md, run in their order in one session, in a folder from which the examples can be seen.

guide_top = fileparts (fileparts (mfilename ("fullpath")));
addpath (fullfile (guide_top, "octave"), fullfile (guide_top, "src"));
graphics_toolkit gnuplot
set (0, "defaultfigurevisible", "off");
guide_code = regexp (fileread (fullfile (guide_top, "doc", "guide.md")), '(?m)^```octave\n(.*?)^```', "tokens");
guide_folder = tempname ();
mkdir (guide_folder);
symlink (fullfile (guide_top, "examples"), fullfile (guide_folder, "examples"));
cd (guide_folder);
for guide_k = 1:numel (guide_code)
  guide_verdict = "ok";
  guide_clock = tic ();
  try
    evalc (guide_code{guide_k}{1});
  catch guide_error
    guide_verdict = "not ok";
    printf ("%s\n%s\n", guide_code{guide_k}{1}, guide_error.message);
  end_try_catch
  printf ("%s guide-block-%d\n", guide_verdict, guide_k);
  printf ("# %.1f s\n", toc (guide_clock));
endfor
cd (guide_top);
unlink (fullfile (guide_folder, "examples"));
confirm_recursive_rmdir (false, "local");
rmdir (guide_folder, "s");
