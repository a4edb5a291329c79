## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{net} =} hybrid_net (@var{layers})
## @deftypefnx {} {@var{net} =} hybrid_net (@var{layers}, "activation", @var{name}, "init", @var{scheme})
## Describe a dense network.
##
## @var{layers} is @code{[n_in h1 @dots{} n_out]}: the number of inputs, the widths of the hidden layers, the number of outputs.
## Layer @var{l} computes @code{act (W@{l@} * x + b@{l@})}; the last layer is linear.
##
## @var{name} is @qcode{"tanh"} (default), @qcode{"relu"}, @qcode{"softplus"}, @qcode{"sigmoid"}, @qcode{"silu"} or
## @qcode{"identity"}.
##
## @var{scheme} says how @code{hybrid_values} draws start values: @qcode{"uniform"} (default), weights @emph{and} biases from
## U(-1/sqrt(n), 1/sqrt(n)) with n the inputs of the layer; @qcode{"glorot"}, weights from
## U(-sqrt(6/(n+m)), sqrt(6/(n+m))) and zero biases; @qcode{"he"}, weights from U(-sqrt(6/n), sqrt(6/n)) and zero biases.
##
## Inside a model function a network named @code{f} is called as @code{nn.f (x)}: x is a column of n_in numbers, or n_in x K for
## K columns at once.
##
## @example
## net = hybrid_net ([2 64 64 1], "activation", "tanh");
## net.n_weights
##     @result{} 4417
## @end example
##
## Errors: @code{hybridsam:net:layers}, @code{hybridsam:net:activation}, @code{hybridsam:net:init},
## @code{hybridsam:option:unknown}, @code{hybridsam:option:pair}.
## @seealso{hybrid_model, hybrid_values}
## @end deftypefn

function net = hybrid_net (layers, varargin)
  if (nargin < 1)
    error ("hybridsam:net:layers", "hybrid_net: the layers are missing; write for example hybrid_net ([2 32 1])");
  endif
  opt = parse_options ("hybrid_net", struct ("activation", "tanh", "init", "uniform"), varargin{:});
  if (! isnumeric (layers) || ! isreal (layers) || ! isvector (layers) || numel (layers) < 2 || any (! isfinite (layers)) ...
      || any (layers < 1) || any (layers != fix (layers)))
    error ("hybridsam:net:layers", ["hybrid_net: LAYERS must be a vector [n_in h1 ... n_out] of at least two whole numbers >= 1, " ...
                                    "got %s"], short_text (layers));
  endif
  check_word ("activation", opt.activation, activation_names ());
  check_word ("init", opt.init, {"uniform", "glorot", "he"});
  layers = double (layers(:)');
  net = struct ("type", "hybrid_net", "layers", layers, "activation", opt.activation, "init", opt.init, ...
                "n_weights", sum (layers(2:end) .* (layers(1:end-1) + 1)));
endfunction

function check_word (what, word, known)
  if (! ischar (word) || ! any (strcmp (word, known)))
    error (["hybridsam:net:" what], "hybrid_net: \"%s\" must be one of %s, got %s", what, strjoin (known, ", "), short_text (word));
  endif
endfunction

%!test
%! net = hybrid_net ([2 64 64 1], "activation", "tanh");
%! assert (net.n_weights, 4417);
%!assert (hybrid_net ([1 1]).layers, [1 1])
%!error id=hybridsam:net:layers hybrid_net ()
%!error id=hybridsam:net:layers hybrid_net (3)
%!error id=hybridsam:net:layers hybrid_net ([2 0 1])
%!error id=hybridsam:net:layers hybrid_net ([2 1.5 1])
%!error id=hybridsam:net:layers hybrid_net ([2 NaN 1])
%!error id=hybridsam:net:layers hybrid_net ("abc")
%!error id=hybridsam:net:layers hybrid_net ({2, 1})
%!error id=hybridsam:net:activation hybrid_net ([2 1], "activation", "tahn")
%!error id=hybridsam:net:activation hybrid_net ([2 1], "activation", 3)
%!error id=hybridsam:net:init hybrid_net ([2 1], "init", "zero")
%!error <did you mean "activation"> hybrid_net ([2 1], "activatoin", "tanh")
%!error id=hybridsam:option:unknown hybrid_net ([2 1], "activatoin", "tanh")
%!error id=hybridsam:option:pair hybrid_net ([2 1], "activation")
