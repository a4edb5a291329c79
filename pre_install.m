## SPDX-License-Identifier: GPL-3.0-or-later

## pkg knows only inst/; this project keeps its functions in octave/. pkg runs this in the unpacked package's folder.

function pre_install (desc)  # desc is not needed
  [status, message] = copyfile ("octave", "inst");
  if (! status)
    error ("hybridsam:install:copy", "pre_install: octave/ could not be copied to inst/: %s", message);
  endif
  mkdir (fullfile ("inst", "data"));  # the measurements of hybrid_task
  [status, message] = copyfile (fullfile ("examples", "data", "*.csv"), fullfile ("inst", "data"));
  if (! status)
    error ("hybridsam:install:copy", "pre_install: examples/data could not be copied to inst/data: %s", message);
  endif
endfunction
