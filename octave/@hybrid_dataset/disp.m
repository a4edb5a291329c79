## SPDX-License-Identifier: GPL-3.0-or-later

function disp (d)
  s = d.s;
  B = numel (s.count);
  if (s.algebraic)
    printf ("data set of %s (algebraic)\n", plural (B, "sample", "samples"));
  else
    printf ("data set of %s with %s, t from %g to %g\n", plural (B, "trajectory", "trajectories"), samples_text (s.count), min (s.t), max (s.t));
  endif
  table ("output", s.output_names, "y", s.y);
  table ("input", s.input_names, "u", s.u);
  if (! isempty (s.u) && ! s.algebraic)
    printf ("  inputs between samples: %s\n", s.interpolation);
  endif
  if (! s.algebraic)
    printf ("  initial states: %s\n", start_text (s));
  endif
  if (s.dropped > 0)
    printf ("  dropped by segmentation: %d steps\n", s.dropped);
  endif
endfunction

function text = samples_text (count)
  text = plural (max (count), "sample", "samples");
  if (min (count) < max (count))
    text = sprintf ("%d to %s", min (count), text);
  elseif (numel (count) > 1)
    text = [text " each"];
  endif
endfunction

function text = plural (n, one, many)
  text = sprintf ("%d %s", n, {many, one}{1 + (n == 1)});
endfunction

function table (what, names, letter, a)
  for i = 1:columns (a)
    name = sprintf ("%s%d", letter, i);
    if (i <= numel (names))
      name = names{i};
    endif
    missing = mean (isnan (a(:,i)));
    printf ("  %-7s %-16s %12.5g to %.5g", what, name, min (a(:,i)), max (a(:,i)));
    if (missing > 0)
      printf (", %.3g %% missing", 100 * missing);
    endif
    printf ("\n");
  endfor
endfunction

function text = start_text (s)
  if (! isempty (s.spread))
    text = {"estimated", "estimated, with a prior"}{1 + any(isfinite (s.spread(:)))};
  elseif (isempty (s.x0))
    text = "from the model, or each trajectory's first sample";
  elseif (any (all (isnan (s.x0), 1)))
    text = sprintf ("given for %d trajectories, else the first sample", sum (! all (isnan (s.x0), 1)));
  else
    text = "given";
  endif
endfunction
