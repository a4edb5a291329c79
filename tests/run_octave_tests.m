## SPDX-License-Identifier: GPL-3.0-or-later

## The %! blocks of every function and the scripts tests/octave/*.tst, counted: `test` itself does not fail a process.

1;

function report (file)
  log = tempname ();
  [n, nmax, nxfail, nbug, nskip] = test (file, "quiet", log);
  [~, name] = fileparts (file);
  for k = 1:n
    printf ("ok %s.%d\n", name, k);
  endfor
  for k = 1:nskip
    printf ("skip %s\n", name);
  endfor
  if (n + nskip < nmax || nmax == 0)
    for k = n + nskip + 1:max (nmax, 1)
      printf ("not ok %s (%d of %d failed)\n", name, nmax - n - nskip, nmax);
    endfor
    disp (fileread (log));
  endif
  unlink (log);
endfunction

top = fileparts (fileparts (mfilename ("fullpath")));
addpath (fullfile (top, "octave"), fullfile (top, "src"), fullfile (top, "tests", "octave"));
cd (top);
graphics_toolkit gnuplot
files = [glob("octave/hybrid_*.m"); glob("tests/octave/*.tst")];
for k = 1:numel (files)
  report (fullfile (top, files{k}));
endfor
