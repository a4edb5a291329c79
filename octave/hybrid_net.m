## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{net} =} hybrid_net (@var{layers})
## @deftypefnx {} {@var{net} =} hybrid_net (@var{layers}, "activation", @var{name}, "init", @var{scheme})
## @deftypefnx {} {@var{net} =} hybrid_net ("conv", @var{channels}, "kernel", @var{k}, "boundary", @var{word}, @dots{})
## Describe a dense network, or a convolution network on fields.
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
## A convolution network has @var{channels} @code{[c_in c1 @dots{} c_out]}, a square kernel of odd size @var{k} (default 3; @code{[k 1]} for fields of one column)
## and a boundary: @qcode{"periodic"} (default) or @qcode{"replicate"} (the nearest pixel goes on).  It takes and gives fields stacked along the third
## dimension, H x W x channels: @code{r = nn.c (cat (3, x.U, x.V))}, then @code{r(:,:,1)}.  Its weights @code{W@{l@}} are k x k x c_in x c_out: pixel (i, j) of
## channel o is the sum of @code{W(a,b,c,o)} times pixel (i+a-(k+1)/2, j+b-(k+1)/2) of channel c; n is k k c_in in the schemes above.
##
## @example
## net = hybrid_net ([2 64 64 1], "activation", "tanh");
## net.n_weights
##     @result{} 4417
## @end example
##
## Errors: @code{hybridsam:net:layers}, @code{hybridsam:net:activation}, @code{hybridsam:net:init}, @code{hybridsam:net:kernel}, @code{hybridsam:net:boundary},
## @code{hybridsam:option:unknown}, @code{hybridsam:option:pair}.
## @seealso{hybrid_model, hybrid_values}
## @end deftypefn

function net = hybrid_net (layers, varargin)
  if (nargin < 1)
    error ("hybridsam:net:layers", "hybrid_net: the layers are missing; write for example hybrid_net ([2 32 1])");
  endif
  defaults = struct ("activation", "tanh", "init", "uniform");
  conv = ischar (layers) && strcmp (layers, "conv");
  if (conv)
    if (isempty (varargin))
      error ("hybridsam:net:layers", "hybrid_net: the channels are missing; write for example hybrid_net (\"conv\", [2 16 2])");
    endif
    layers = varargin{1};
    varargin(1) = [];
    defaults.kernel = 3;
    defaults.boundary = "periodic";
  endif
  opt = parse_options ("hybrid_net", defaults, varargin{:});
  if (! isnumeric (layers) || ! isreal (layers) || ! isvector (layers) || numel (layers) < 2 || any (! isfinite (layers)) ...
      || any (layers < 1) || any (layers != fix (layers)))
    error ("hybridsam:net:layers", ["hybrid_net: LAYERS must be a vector [n_in h1 ... n_out] of at least two whole numbers >= 1, " ...
                                    "got %s"], short_text (layers));
  endif
  check_word ("activation", opt.activation, activation_names ());
  check_word ("init", opt.init, {"uniform", "glorot", "he"});
  layers = double (layers(:)');
  net = struct ("type", "hybrid_net", "layers", layers, "activation", opt.activation, "init", opt.init, ...
                "n_weights", sum (layers(2:end) .* (layers(1:end-1) + 1)), "kernel", [], "boundary", "");
  if (conv)
    check_word ("boundary", opt.boundary, {"periodic", "replicate"});
    net.kernel = check_kernel (opt.kernel);
    net.boundary = opt.boundary;
    net.n_weights = sum (layers(2:end) .* (prod (net.kernel) * layers(1:end-1) + 1));
  endif
endfunction

function k = check_kernel (k)
  if (! isnumeric (k) || ! isreal (k) || ! any (numel (k) == [1 2]) || ! all (k >= 1 & k <= 31 & mod (k, 2) == 1))
    error ("hybridsam:net:kernel", "hybrid_net: \"kernel\" must be one or two odd numbers from 1 to 31, got %s", short_text (k));
  endif
  k = double ([k(:)', k(1)](1:2));
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
%!test
%! net = hybrid_net ("conv", [2 16 16 2], "kernel", 5, "boundary", "replicate");
%! assert (net.n_weights, 25 * (2*16 + 16*16 + 16*2) + 34);
%! assert (hybrid_net ("conv", [1 1], "kernel", [3 1]).n_weights, 4);
%!error id=hybridsam:net:layers hybrid_net ("conv")
%!error id=hybridsam:net:layers hybrid_net ("conv", 3)
%!error id=hybridsam:net:kernel hybrid_net ("conv", [2 2], "kernel", 4)
%!error id=hybridsam:net:kernel hybrid_net ("conv", [2 2], "kernel", 33)
%!error id=hybridsam:net:kernel hybrid_net ("conv", [2 2], "kernel", [3 NaN])
%!error id=hybridsam:net:boundary hybrid_net ("conv", [2 2], "boundary", "dirichlet")
%!error id=hybridsam:option:unknown hybrid_net ([2 2], "kernel", 3)
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
