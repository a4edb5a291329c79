## SPDX-License-Identifier: GPL-3.0-or-later

## pkg knows only inst/; this project keeps its functions in octave/.

function pre_install (desc)
  [status, message] = copyfile (fullfile (desc.dir, "octave", "*"), fullfile (desc.dir, "inst"));
  if (! status)
    error ("hybridsam:install:copy", "pre_install: octave/ could not be copied to inst/: %s", message);
  endif
endfunction
