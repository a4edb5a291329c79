## SPDX-License-Identifier: GPL-3.0-or-later

## Raise hybridsam:trace:<what>; name the construct, the line of the user's function where Octave knows it, and the way out.

function refuse (what, construct, way_out)
  where = "";
  stack = dbstack ();
  for k = 1:numel (stack)
    ours = ! isempty (strfind (stack(k).file, "@hybrid_expr"));
    if (! ours)
      if (stack(k).line > 0 && ! isempty (stack(k).name) && stack(k).name(1) != "@")
        where = sprintf (" (%s, line %d)", stack(k).name, stack(k).line);
      endif
      break;
    endif
  endfor
  id = ["hybridsam:trace:" what];
  message = sprintf ("%s cannot be traced%s: %s.", construct, where, way_out);
  __hybrid_tape__ ("refused", id, message);  # [a, b] replaces an error raised inside it by its own
  error (id, "%s", message);
endfunction
