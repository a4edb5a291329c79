## SPDX-License-Identifier: GPL-3.0-or-later

## path = task_file (name): a file of measurements: data/ beside hybrid_task in an installed package, examples/data in the sources.

function path = task_file (name)
  here = fileparts (fileparts (mfilename ("fullpath")));
  for folder = {fullfile(here, "data"), fullfile(here, "..", "examples", "data")}
    path = fullfile (folder{1}, name);
    if (exist (path, "file"))
      return;
    endif
  endfor
  error ("hybridsam:task:file", "hybrid_task: %s is neither in %s nor in the sources' examples/data; install the package again", name, fullfile (here, "data"));
endfunction
