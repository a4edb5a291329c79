## SPDX-License-Identifier: GPL-3.0-or-later

## ok = write_checkpoint (file, checkpoint): the struct goes to a temporary file beside FILE, to the disk, and then takes FILE's name: whoever
## looks finds the old file or the new one, never half of one. A failure is a warning, for a run must not die of it; the old file stays.

function ok = write_checkpoint (file, checkpoint)
  temporary = [file ".part"];
  ok = true;
  try
    complete = true;  # comes last in the file: save itself does not notice a full disk
    save ("-binary", temporary, "checkpoint", "complete");
    core ("sync", temporary);
    if (! isfield (load (temporary, "complete"), "complete"))
      error ("the disk is full");
    endif
    [err, message] = rename (temporary, file);
    if (err)
      error ("%s", message);
    endif
    folder = fileparts (file);
    core ("sync", {folder, "."}{1 + isempty(folder)});
  catch e
    ok = false;
    [~, ~] = unlink (temporary);  # with outputs it raises nothing: there may be no such file, or a folder in its place
    warning ("hybridsam:checkpoint:write", "hybrid_train: the checkpoint %s could not be written: %s", file, e.message);
  end_try_catch
endfunction
