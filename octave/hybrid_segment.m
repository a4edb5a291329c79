## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{segments} =} hybrid_segment (@var{data}, @var{L})
## Cut trajectories into segments of @var{L} steps that share end points.
##
## A trajectory of T samples gives floor ((T - 1) / L) segments of L + 1 samples.  First come the segments that start at sample 1 of
## every trajectory, then those that start at sample L + 1, and so on.  Times stay absolute.  An initial state given with
## the data (with its spread, where it is estimated) serves the first segment of its trajectory; all others start from their own first sample, or are
## estimated as well.  A parameter that every trajectory has for itself stays one for all its segments.  Left-over steps are
## dropped; @code{segments.dropped} and @code{disp (segments)} count them.  (With @qcode{"pchip"} inputs the curve goes through the samples of
## a segment alone.)
##
## Why cut: the loss of a long trajectory has many poor minima, since small errors grow along it.  Segments make it smoother, at the price of
## initial states with the noise of the measurements.
##
## @example
## data = hybrid_data ((0:40)', rand (41, 2, 25));
## segments = hybrid_segment (data, 8);
## numel (segments.count)
##     @result{} 125
## @end example
##
## Errors: @code{hybridsam:segment:usage}, @code{hybridsam:segment:data} (not a data set), @code{hybridsam:segment:algebraic} (samples
## without time), @code{hybridsam:segment:length} (@var{L} is no whole number >= 1, or longer than a trajectory).
## @seealso{hybrid_data, hybrid_train}
## @end deftypefn

function segments = hybrid_segment (data, L)
  if (nargin != 2)
    error ("hybridsam:segment:usage", "hybrid_segment: a data set and a length are needed: hybrid_segment (data, L)");
  endif
  check_data ("hybrid_segment", "segment", data);
  L = check_length (data, L);
  segments = cut_segments (data, L, false);
endfunction

function L = check_length (data, L)
  if (data.algebraic)
    error ("hybridsam:segment:algebraic", "hybrid_segment: the data are samples without time (t = []), there is nothing to cut");
  endif
  if (! isnumeric (L) || ! isreal (L) || ! isscalar (L) || ! (L >= 1) || L != fix (L))
    error ("hybridsam:segment:length", "hybrid_segment: L must be a whole number of steps >= 1, got %s", short_text (L));
  endif
  L = double (L);
  [shortest, b] = min (data.count);
  if (L + 1 > shortest)
    error ("hybridsam:segment:length", "hybrid_segment: L = %g steps need %g samples, trajectory %d has %d", L, L + 1, b, shortest);
  endif
endfunction

%!test
%! data = hybrid_data ((0:40)', reshape (1:41*2*25, 41, 2, 25));
%! s = hybrid_segment (data, 8);
%! assert (numel (s.count), 125);
%! assert (s.t(1:9), (0:8)');
%! assert (s.y(10,1), 83);                       # second segment: trajectory 2 from its first sample
%! assert (s.y(25*9+1,:), [9 50]);               # segment 26: trajectory 1 from sample 9
%! assert (s.t(25*9+1), 8);
%!test  # left-over steps, initial states, inputs, ragged
%! data = hybrid_data ({(0:10)', (0:6)'}, {(0:10)', (0:6)'}, "initial", [5 6], "inputs", {(0:10)', (0:6)'}, "weights", {ones(11,1), 2*ones(7,1)});
%! s = hybrid_segment (data, 3);
%! assert (numel (s.count), 5);
%! assert (s.dropped, 1);
%! assert (s.x0, [5 6 NaN NaN NaN]);
%! assert (s.u, s.y);
%! assert (s.weight(5:8), [2; 2; 2; 2]);
%!test  # whole trajectories; twice cut; nothing measured; an integer length
%! t = (0:9)';
%! d = hybrid_data (t, [t, -t]);
%! s = hybrid_segment (d, 9);
%! assert ({s.t, s.y, s.x0, s.count}, {d.t, d.y, [], 10});
%! assert (hybrid_segment (hybrid_segment (d, 4), 3).dropped, 3);
%! assert (size (hybrid_segment (hybrid_data (t, [], "initial", [1; 2]), 3).y), [12 0]);
%! assert (class (hybrid_segment (d, int8 (3)).count), "double");
%!error id=hybridsam:segment:usage hybrid_segment ()
%!error id=hybridsam:segment:data hybrid_segment (3, 4)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), 0)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), 2)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), NaN)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), "a")
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), [1 1])
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), Inf)
%!error <trajectory 2 has 2> hybrid_segment (hybrid_data ({[0 1 2], [0 1]}, {[1; 2; 3], [1; 2]}), 2)
%!error id=hybridsam:segment:algebraic hybrid_segment (hybrid_data ([], [1; 2]), 1)
