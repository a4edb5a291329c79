## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{v} =} hybrid_values (@var{model})
## @deftypefnx {} {@var{v} =} hybrid_values (@var{model}, "seed", @var{k})
## @deftypefnx {} {@var{v} =} hybrid_values (@var{model}, @var{data}, @dots{})
## Start values of everything a model fits.
##
## @code{v.params.NAME} has the shape of the parameter, @code{v.nets.NAME.W@{l@}} is n_out x n_in (of convolutions k x k x c_in x c_out) and
## @code{v.nets.NAME.b@{l@}} n_out x 1 for layer @var{l}.  Parameters take the model's start values; weights are drawn as
## @code{hybrid_net} says from the seed @var{k} (default 1): the same seed gives the same numbers everywhere, and Octave's own
## random state is neither used nor changed.
##
## With @var{data} there are also the values of single trajectories: @code{v.initial} (n_x x B) where the data estimate the initial states, and
## a parameter declared with @code{"shared", false} has one value (column, page) for each trajectory.
##
## Edit the struct freely and pass it on: to @code{hybrid_simulate}, @code{hybrid_gradient}, or as @qcode{"start"} to
## @code{hybrid_train}.
##
## @example
## v = hybrid_values (model, "seed", 3);
## v.params.w2 = 1.2;
## @end example
##
## Errors: @code{hybridsam:values:*} (@code{model}, @code{data}, @code{seed}), @code{hybridsam:data:*} (data that do not fit the model),
## @code{hybridsam:option:*}.
## @seealso{hybrid_model, hybrid_net, hybrid_train}
## @end deftypefn

function v = hybrid_values (model, varargin)
  if (nargin < 1)
    error ("hybridsam:values:model", "hybrid_values: the model is missing");
  endif
  check_model ("hybrid_values", "values", model);
  data = [];
  if (numel (varargin) && ! ischar (varargin{1}))
    data = varargin{1};
    check_data ("hybrid_values", "values", data);
    varargin(1) = [];
  endif
  opt = parse_options ("hybrid_values", struct ("seed", 1), varargin{:});
  if (! isnumeric (opt.seed) || ! isscalar (opt.seed) || ! (opt.seed >= 0) || opt.seed != fix (opt.seed) || opt.seed > flintmax)
    error ("hybridsam:values:seed", "hybrid_values: \"seed\" must be a whole number >= 0, got %s", short_text (opt.seed));
  endif
  vector = zeros (model.n_v, 1);
  for q = model.params
    vector(q.first:q.first + q.rows * q.cols - 1) = q.start(:);
  endfor
  for q = model.nets
    vector(q.first:q.first + q.net.n_weights - 1) = draw (q.net, opt.seed, q.first);
  endfor
  v = values_unpack (model, vector);
  if (! isempty (data))
    [~, ~, layout] = core_problem ("hybrid_values", model, data, false);
    v = values_unpack (model, values_pack ("hybrid_values", model, v, layout), layout);
  endif
endfunction

function w = draw (net, seed, stream)
  w = 2 * counter_random (seed, stream, net.n_weights) - 1;
  at = 0;
  for l = 1:numel (net.layers) - 1
    n = net.layers(l) * max ([1, prod(net.kernel)]);  # prod of no kernel is 1
    m = net.layers(l+1);
    W = at + (1:n * m);
    b = at + n * m + (1:m);
    at = b(end);
    switch (net.init)
      case "uniform"
        w([W b]) /= sqrt (n);
      case "glorot"
        w(W) *= sqrt (6 / (n + m));
        w(b) = 0;
      case "he"
        w(W) *= sqrt (6 / n);
        w(b) = 0;
    endswitch
  endfor
endfunction

%!shared model
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 8 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%!test
%! v = hybrid_values (model, "seed", 3);
%! assert (size (v.nets.f.W{1}), [8 2]);
%! assert (size (v.nets.f.b{2}), [1 1]);
%! assert (v.params.w2, 0.5);
%! assert (all (abs (v.nets.f.W{1}(:)) < 1 / sqrt (2)) && any (v.nets.f.b{1} != 0));
%!assert (hybrid_values (model, "seed", 3), hybrid_values (model, "seed", 3))
%!assert (! isequal (hybrid_values (model, "seed", 3), hybrid_values (model, "seed", 4)))
%!error id=hybridsam:values:model hybrid_values ()
%!error id=hybridsam:values:model hybrid_values (3)
%!error id=hybridsam:values:seed hybrid_values (model, "seed", -1)
%!error id=hybridsam:values:seed hybrid_values (model, "seed", NaN)
%!error id=hybridsam:option:unknown hybrid_values (model, "sead", 1)
