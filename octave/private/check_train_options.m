## SPDX-License-Identifier: GPL-3.0-or-later

## opt = check_train_options (opt): the options that the m-files of hybrid_train handle themselves.

function opt = check_train_options (opt)
  opt.display = word ("display", opt.display, {"off", "final", "iter"}, "final");
  opt.horizon = word ("horizon", opt.horizon, {"full", "grow"}, "full");
  opt.time_limit = number ("time_limit", opt.time_limit, Inf, "a number of seconds > 0", @(x) x > 0);
  opt.checkpoint_seconds = number ("checkpoint_seconds", opt.checkpoint_seconds, 60, "a number >= 0", @(x) x >= 0);
  opt.shooting = number ("shooting", opt.shooting, [], "a whole number of steps >= 1", @(x) x >= 1 && x == fix (x) && isfinite (x));
  opt.shooting_weight = number ("shooting_weight", opt.shooting_weight, 1, "a finite number > 0", @(x) x > 0 && isfinite (x));
  if (! isempty (opt.start) && ! isstruct (opt.start))
    error ("hybridsam:values:struct", "hybrid_train: \"start\" must be a struct of values, as hybrid_values gives, got %s", short_text (opt.start));
  endif
  if (! isempty (opt.callback) && ! is_function_handle (opt.callback))
    error ("hybridsam:option:value", "hybrid_train: \"callback\" must be a function handle, got %s", short_text (opt.callback));
  endif
  if (! isempty (opt.validation))
    check_data ("hybrid_train", "train", opt.validation);
  endif
  if (! isempty (opt.checkpoint) && (! ischar (opt.checkpoint) || rows (opt.checkpoint) != 1))
    error ("hybridsam:option:value", "hybrid_train: \"checkpoint\" must be a file name, got %s", short_text (opt.checkpoint));
  endif
  if (! isempty (opt.checkpoint) && ! isempty (fileparts (opt.checkpoint)) && ! isfolder (fileparts (opt.checkpoint)))
    error ("hybridsam:checkpoint:write", "hybrid_train: the folder %s of the checkpoint does not exist", fileparts (opt.checkpoint));
  endif
  if (! isempty (opt.shooting) && strcmp (opt.horizon, "grow"))
    error ("hybridsam:option:value", "hybrid_train: \"shooting\" and \"horizon\", \"grow\" are two cures for the same trouble; give one of them");
  endif
endfunction

function value = word (name, value, known, default)
  if (isempty (value))
    value = default;
  endif
  if (! ischar (value) || ! any (strcmp (value, known)))
    error ("hybridsam:option:value", "hybrid_train: \"%s\" must be one of %s, got %s", name, strjoin (known, ", "), short_text (value));
  endif
endfunction

function value = number (name, value, default, expected, good)
  if (isempty (value) || (ischar (value) && strcmp (value, "none") && isempty (default)))
    value = default;
    return;
  endif
  if (! isnumeric (value) || ! isreal (value) || ! isscalar (value) || ! good (value))
    error ("hybridsam:option:value", "hybrid_train: \"%s\" must be %s, got %s", name, expected, short_text (value));
  endif
  value = double (value);
endfunction
