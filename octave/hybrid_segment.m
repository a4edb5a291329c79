## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {@var{segments} =} hybrid_segment (@var{data}, @var{L})
## Cut trajectories into segments of @var{L} steps that share end points.
##
## A trajectory of T samples gives floor ((T - 1) / L) segments of L + 1 samples.  First come the segments that start at sample 1 of
## every trajectory, then those that start at sample L + 1, and so on.  Times stay absolute.  An initial state given with
## the data serves the first segment of its trajectory; all others start from their own first sample.  Left-over steps are
## dropped; @code{disp (segments)} counts them.
##
## @example
## data = hybrid_data ((0:40)', rand (41, 2, 25));
## segments = hybrid_segment (data, 8);
## numel (segments.count)
##     @result{} 125
## @end example
##
## Errors: @code{hybridsam:segment:usage}, @code{hybridsam:segment:data}, @code{hybridsam:segment:length},
## @code{hybridsam:segment:initial} (a segment would start from a sample that was not measured).
## @seealso{hybrid_data, hybrid_train}
## @end deftypefn

function segments = hybrid_segment (data, L)
  if (nargin != 2)
    error ("hybridsam:segment:usage", "hybrid_segment: a data set and a length are needed: hybrid_segment (data, L)");
  endif
  if (! isa (data, "hybrid_dataset"))
    error ("hybridsam:segment:data", "hybrid_segment: DATA must come from hybrid_data, got %s", short_text (data));
  endif
  if (! isnumeric (L) || ! isscalar (L) || ! (L >= 1) || L != fix (L))
    error ("hybridsam:segment:length", "hybrid_segment: L must be a whole number of steps >= 1, got %s", short_text (L));
  endif
  count = data.count;
  if (data.algebraic || any (count < L + 1))
    b = find (count < L + 1, 1);
    error ("hybridsam:segment:length", "hybrid_segment: L = %d steps need %d samples, trajectory %d has %d", L, L + 1, b, count(b));
  endif
  [first, owner] = segment_starts (count, L);
  rows = first + (0:L);       # one segment a row
  rows = rows'(:);
  s = struct ("count", repmat (L + 1, numel (first), 1), "t", data.t(rows), "y", data.y(rows,:), "weight", data.weight, "u", data.u, ...
              "interpolation", data.interpolation, "x0", data.x0, "features", data.features, "algebraic", false, ...
              "output_names", {data.output_names}, "input_names", {data.input_names}, "trajectory_names", {{}}, ...
              "dropped", data.dropped + sum (mod (count - 1, L)));
  if (! isempty (s.weight))
    s.weight = s.weight(rows,:);
  endif
  if (! isempty (s.u))
    s.u = s.u(rows,:);
  endif
  if (! isempty (s.features))
    s.features = s.features(:,owner);
  endif
  if (! isempty (s.x0))
    s.x0 = s.x0(:,owner);
    s.x0(:,numel (count)+1:end) = NaN;  # the first segments come first
  endif
  segments = hybrid_dataset (s);
endfunction

## Row of the first sample and trajectory of every segment, in order.
function [first, owner] = segment_starts (count, L)
  B = numel (count);
  offset = cumsum ([0; count(:)])(1:B);
  pieces = floor ((count(:) - 1) / L);
  [owner, k] = find ((1:max (pieces)) <= pieces);  # column by column: all first segments, then all second
  first = offset(owner) + (k - 1) * L + 1;
  first = first(:);
  owner = owner(:)';
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
%!error id=hybridsam:segment:usage hybrid_segment ()
%!error id=hybridsam:segment:data hybrid_segment (3, 4)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), 0)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), 2)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([0 1], [1; 2]), NaN)
%!error id=hybridsam:segment:length hybrid_segment (hybrid_data ([], [1; 2]), 1)
