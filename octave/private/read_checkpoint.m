## SPDX-License-Identifier: GPL-3.0-or-later

function checkpoint = read_checkpoint (file)
  if (! ischar (file) || rows (file) != 1)
    error ("hybridsam:checkpoint:read", "hybrid_train: \"resume\" must be the name of a checkpoint, got %s", short_text (file));
  endif
  try
    checkpoint = load (file, "checkpoint").checkpoint;
    good = is_checkpoint (checkpoint);
  catch e
    error ("hybridsam:checkpoint:read", "hybrid_train: %s cannot be read as a checkpoint: %s", file, e.message);
  end_try_catch
  if (! good)
    error ("hybridsam:checkpoint:read", "hybrid_train: %s is no checkpoint of hybrid_train", file);
  endif
endfunction

function tf = is_checkpoint (c)
  has = @(s, varargin) isstruct (s) && isscalar (s) && all (isfield (s, varargin));
  number = @(x) isnumeric (x) && isreal (x) && isscalar (x);
  tf = has (c, "model", "data", "options", "state", "log", "unsolved", "counts", "seconds") && has (c.model, "type") && strcmp (c.model.type, "hybrid_model") ...
       && isa (c.data, "hybrid_dataset") && has (c.options, "iterations", "solver") && has (c.state, "w", "iteration") && number (c.state.iteration) ...
       && isnumeric (c.log) && isnumeric (c.unsolved) && number (c.seconds) && has (c.counts, "trajectories", "stiff");
endfunction
