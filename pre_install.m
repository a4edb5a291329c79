## SPDX-License-Identifier: GPL-3.0-or-later

## pkg knows only inst/; this project keeps its functions in octave/. pkg runs this in the unpacked package's folder.

function pre_install (desc)  # desc is not needed
  [status, message] = copyfile ("octave", "inst");
  if (! status)
    error ("hybridsam:install:copy", "pre_install: octave/ could not be copied to inst/: %s", message);
  endif
endfunction
