## SPDX-License-Identifier: GPL-3.0-or-later

function checkpoint = read_checkpoint (file)
  if (! ischar (file) || rows (file) != 1)
    error ("hybridsam:checkpoint:read", "hybrid_train: \"resume\" must be the name of a checkpoint, got %s", short_text (file));
  endif
  try
    checkpoint = load (file, "checkpoint").checkpoint;
    good = isfield (checkpoint, "state") && isfield (checkpoint, "options") && isfield (checkpoint, "model");
  catch e
    error ("hybridsam:checkpoint:read", "hybrid_train: %s cannot be read as a checkpoint: %s", file, e.message);
  end_try_catch
  if (! good)
    error ("hybridsam:checkpoint:read", "hybrid_train: %s is no checkpoint of hybrid_train", file);
  endif
endfunction
