## SPDX-License-Identifier: GPL-3.0-or-later

## Raise hybridsam:trace:<what>; name the construct, the line of the user's function where Octave knows it, and the way out.

function refuse (what, construct, way_out)
  where = __hybrid_tape__ ("place", dbstack ());
  id = ["hybridsam:trace:" what];
  message = sprintf ("%s cannot be traced%s: %s.", construct, where, way_out);
  __hybrid_tape__ ("refused", id, message);  # [a, b] replaces an error raised inside it by its own
  error (id, "%s", message);
endfunction
