## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {[@var{loss}, @var{g}, @var{info}] =} hybrid_gradient (@var{model}, @var{data}, @var{v}, @var{name}, @var{value}, @dots{})
## Loss of a hybrid model and its exact gradient at the values @var{v}, for your own optimizers.
##
## @var{loss} is the sum of w ((y - yhat)/scale)^2 over all measured entries divided by the sum of w, plus penalty and priors.  @var{g} has the shape of @var{v}
## (see @code{hybrid_values}): @code{g.params.NAME} is the derivative with respect to the parameter itself, bounds or not; a fixed
## parameter has 0.
##
## Options (see @code{hybrid_options}): @qcode{"scale"}, @qcode{"solver"}, @qcode{"cvode_method"}, @qcode{"step"}, @qcode{"rtol"},
## @qcode{"atol"}, @qcode{"max_steps"}, @qcode{"penalty"}, @qcode{"lambda"}; and @qcode{"method"}, @qcode{"rho"},
## @qcode{"eta"}, @qcode{"scope"} and the others of the SAM family: with a method, @var{g} is the direction the optimizer would get at the first step, @var{loss}
## stays that at @var{v}.
##
## @var{info}: @code{loss_perturbed} (at the perturbed point), @code{data_loss}, @code{penalty}, @code{radius} |e|, @code{seconds}, and
## the solver's counts @code{steps}, @code{rhs}, @code{backward_steps}, @code{backward_rhs}, @code{nodes}, @code{stiff}.
##
## With rk4 and dopri5 the gradient is that of the computed numbers, to rounding.  Beside that of the exact solution its error was, on a pendulum with a network, 1 to 20 times
## @qcode{"rtol"} with cvode and 10 to 500 times with dopri5.
##
## @example
## v = hybrid_values (model);
## [loss, g] = hybrid_gradient (model, data, v, "solver", "rk4", "step", 0.5);
## @end example
##
## Errors: @code{hybridsam:gradient:*}, @code{hybridsam:values:*}, @code{hybridsam:data:*}, @code{hybridsam:option:*},
## @code{hybridsam:solve:unsolved} (names trajectory and time).
## @seealso{hybrid_gradcheck, hybrid_train, hybrid_values}
## @end deftypefn

function [loss, g, info] = hybrid_gradient (model, data, v, varargin)
  if (nargin < 3)
    error ("hybridsam:gradient:usage", "hybrid_gradient: a model, a data set and values are needed");
  endif
  check_model ("hybrid_gradient", "gradient", model);
  check_data ("hybrid_gradient", "gradient", data);
  data = parts (data);
  [cm, d, layout] = core_problem ("hybrid_gradient", model, data, true);
  [opt, o] = core_options ("hybrid_gradient", "g", model, layout, varargin{:});
  vector = values_pack ("hybrid_gradient", model, v, layout);
  d.scale = output_scale ("hybrid_gradient", data, opt.scale);
  [loss, g, info] = core ("gradient", cm, d, vector, o);
  g = values_unpack (model, g, layout);
endfunction

%!shared model, data, v
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 4 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)]));
%! v = hybrid_values (model);
%!test
%! [loss, g] = hybrid_gradient (model, data, v, "solver", "rk4", "step", 0.5);
%! h = 1e-5;
%! a = b = v;
%! a.params.w2 += h;
%! b.params.w2 -= h;
%! d = (hybrid_gradient (model, data, a, "solver", "rk4") - hybrid_gradient (model, data, b, "solver", "rk4")) / (2*h);
%! assert (g.params.w2, d, 1e-8);
%! assert (size (g.nets.f.W{1}), [4 2]);
%!test  # the penalty is part of the loss; sam looks at the perturbed point
%! [a, ~, i] = hybrid_gradient (model, data, v, "solver", "rk4", "penalty", "l2", "lambda", 0.1);
%! n = sum (cellfun (@(w) sumsq (w(:)), [v.nets.f.W, v.nets.f.b]));
%! assert (i.penalty, 0.1 * n, 1e-14);
%! [a, g, i] = hybrid_gradient (model, data, v, "solver", "rk4", "method", "sam", "rho", 0.1);
%! assert (i.radius, 0.1, 1e-9);
%! assert (i.loss_perturbed > a);
%!test  # options are read anew wherever they differ from those of the call before
%! g = @(varargin) hybrid_gradient (model, data, v, varargin{:});
%! a = g ("solver", "rk4", "step", 0.5);
%! b = g ("solver", "rk4", "step", 0.25);
%! c = g ("solver", "dopri5", "step", 0.25);
%! assert (numel (unique ([a b c])), 3);
%! assert (g ("solver", "rk4", "step", 0.5), a);
%! assert (g ("step", 0.5, "solver", "rk4"), a);
%! fail ("hybrid_gradient (model, data, v, \"step\", 0.5, \"solver\", 1)", "must be one of");
%! fail ("hybrid_gradient (model, data, v, \"step\", \"a\", \"solver\", \"rk4\")", "must be a number");
%! assert (g ("step", 0.5, "solver", "rk4"), a);
%! assert (g ("solver", "rk4", "step", 0.5, "method", "sam", "rho", 0.1), a);
%! [~, ~, i] = g ("solver", "rk4", "step", 0.5, "method", "sam", "rho", 0.2);
%! assert (i.radius, 0.2, 1e-9);
%!error id=hybridsam:gradient:usage hybrid_gradient ()
%!error id=hybridsam:gradient:model hybrid_gradient (1, data, v)
%!error id=hybridsam:gradient:data hybrid_gradient (model, 1, v)
%!error id=hybridsam:values:struct hybrid_gradient (model, data, 1)
%!error id=hybridsam:values:shape hybrid_gradient (model, data, setfield (v, "params", "w2", [1 2]))
%!error id=hybridsam:values:finite hybrid_gradient (model, data, setfield (v, "params", "w2", NaN))
%!error id=hybridsam:values:missing hybrid_gradient (model, data, setfield (v, "params", struct ()))
%!error id=hybridsam:values:missing hybrid_gradient (model, data, setfield (v, "nets", struct ()))
%!error id=hybridsam:option:value hybrid_gradient (model, data, v, "solver", "rk5")
%!error id=hybridsam:option:value hybrid_gradient (model, data, v, "rtol", 2)
%!error id=hybridsam:option:value hybrid_gradient (model, data, v, "rtol", NaN)
%!error id=hybridsam:option:value hybrid_gradient (model, data, v, "max_steps", 1.5)
%!error id=hybridsam:option:value hybrid_gradient (model, data, v, "scope", {"g"})
%!error id=hybridsam:option:unknown hybrid_gradient (model, data, v, "iterations", 3)
%!error id=hybridsam:data:outputs hybrid_gradient (model, hybrid_data ([0 1], [1; 2]), v)
%!error id=hybridsam:data:inputs hybrid_gradient (model, hybrid_data ([0 1], [1 2; 2 3], "inputs", [1; 2]), v)
%!error id=hybridsam:data:initial hybrid_gradient (model, hybrid_data ([0 1], [1 NaN; 2 3]), v)
%!error id=hybridsam:data:initial hybrid_gradient (model, hybrid_data ([0 1], [1 2; 2 3], "initial", 1), v)
%!error id=hybridsam:data:kind hybrid_gradient (model, hybrid_data ([], [1 2; 2 3]), v)
