## SPDX-License-Identifier: GPL-3.0-or-later

## Tracing: hybrid_model itself compares graph and function at random points, so making a model is the test of each construct here; the
## untraceable constructs must name themselves and the way out.

%!function m = of (f)
%!  m = hybrid_model ("states", struct ("a", 1, "b", 1, "v", [3 1], "M", [2 2]), "inputs", {"u"}, "params", struct ("k", 0.7, "q", [0.2; 0.4; -0.3], "A", [1 2 3; 4 5 6]), ...
%!                    "nets", struct ("f", hybrid_net ([2 3 1]), "g", hybrid_net ([3 2])), "constants", struct ("C", magic (3)), ...
%!                    "rhs", @(t, x, u, p, nn) zeros (9, 1), "output", f);
%!endfunction

%!function r = helper (x, n)
%!  r = x.v;
%!  for k = 1:n
%!    r(2) = r(1) * x.a + k;
%!    r = r + sin (r);
%!  endfor
%!endfunction

%!function r = many (x, n)
%!  r = x.a;
%!  for k = 1:n
%!    r = 0.5 * r + x.b;
%!  endfor
%!endfunction

%!test  # arithmetic and elementary functions, positive arguments where needed
%! of (@(t, x, u, p, nn) [x.a + x.b - t; x.a * x.b / 3; 2 .* x.v; x.v ./ 4; x.v .^ 2; x.a ^ 3; x.a^4; +x.a; -x.v; 1 ./ (2 + x.a^2); u.u]);
%! of (@(t, x, u, p, nn) [sin(x.a); cos(x.a); tan(x.a/2); exp(x.a); log(1 + x.a^2); sqrt(1 + x.b^2); abs(x.a); tanh(x.v); sinh(x.a); cosh(x.a); atan(x.a)]);
%! of (@(t, x, u, p, nn) [asin(x.a/3); acos(x.a/3); atan2(x.a, x.b); hypot(x.a, x.b); log10(1 + x.a^2); log2(2 + x.a^2); log1p(x.a^2); expm1(x.a); sign(x.a)]);
%! of (@(t, x, u, p, nn) [floor(x.a); ceil(x.a); round(x.a); fix(x.a); mod(x.a, 0.7); rem(x.a, 0.7); (1 + x.a^2)^x.b; (1 + x.a^2) .^ 0.5; 2 ^ x.a; x.a .^ 0; x.a^-1]);
%!test  # max, min, reductions
%! of (@(t, x, u, p, nn) [max(x.a, x.b); min(x.a, 0); max(x.v); min(x.v); max(x.M, [], 2); sum(x.v); sum(x.M, 1)'; sum(x.M, 2); sum(x.M)'; mean(x.v); prod(x.v)]);
%! of (@(t, x, u, p, nn) [cumsum(x.v); diff(x.v); dot(x.v, p.q); norm(x.v); norm(x.M, "fro"); sumsq(x.v); cross(x.v, [1; 2; 3]); polyval([1 2 3], x.a); mean(x.M, 2)]);
%!test  # masks and hybrid_ifelse
%! of (@(t, x, u, p, nn) [hybrid_ifelse(x.a > 0, x.b, 1); hybrid_ifelse(x.v <= 0.1, x.v, 2); (x.a < x.b) * 3; hybrid_ifelse(x.a >= 0 & x.b < 1, 1, 0); !(x.a == 0); (x.a != 1) | (x.b > 3)]);
%!test  # shapes, indices, matrices
%! of (@(t, x, u, p, nn) [x.M'(:); x.M(2,1); x.M(:,2); x.v(end); x.v([3 1]); x.M(:,2)(1); x.M(:,[true false])(:); x.v(2:3); x.v(logical ([1 0 1])); [x.v, x.v](2,:)'; [x.M; [1 2]](:); x.M(:)]);
%! of (@(t, x, u, p, nn) [p.C * x.v; p.A * x.v; x.M * [1; 2]; (x.v' * p.q); x.v * 2; (x.v * x.v')(:); magic(3) \ x.v; reshape(x.M, 4, 1); repmat(x.a, 2, 1)]);
%! of (@(t, x, u, p, nn) [x.v + [1; 2; 3]; (x.v + [1 2])(:); (x.M .* [2; 3])(:); numel(x.v) * x.a; size(x.M, 1) * x.a; columns(x.M) + x.a; length(x.v) * x.b](:));
%!test  # assignment into a traced quantity, loops, sub-functions, captured constants, networks on columns
%! c = 3.5;
%! of (@(t, x, u, p, nn) c * helper (x, 4));
%! of (@(t, x, u, p, nn) [nn.f([x.a; x.b]); nn.g(x.v); nn.f([x.a x.b; x.b x.a])'; nn.f([1; 2]); sin(nn.f([x.a; nn.f([x.b; 1])]))]);
%!test  # results as struct, cell, with constants
%! of (@(t, x, u, p, nn) {x.a, [x.b; 3]});
%! of (@(t, x, u, p, nn) struct ("one", x.a, "two", x.v));
%! of (@(t, x, u, p, nn) [1; 2; 3]);
%!test  # recording is linear in the number of operations
%! start = cputime (); of (@(t, x, u, p, nn) many (x, 2000)); assert (cputime () - start < 5);

%!function dx = branches (t, x, u, p, nn)
%!  if (x.a > 1)
%!    dx = 1;
%!  else
%!    dx = 2;
%!  endif
%!endfunction
%!function dx = assigns (t, x, u, p, nn)
%!  dx = zeros (2, 1);
%!  dx(1) = x.a;
%!endfunction
%!function dx = switches (t, x, u, p, nn)
%!  switch (x.a)
%!    case {1, 2}
%!      dx = 1;
%!    otherwise
%!      dx = 2;
%!  endswitch
%!endfunction
%!function dx = grows (t, x, u, p, nn)
%!  dx(1) = x.a;
%!  dx(2) = x.b;
%!endfunction
%!function r = deletes (t, x, u, p, nn)
%!  r = x.v;
%!  r(2) = [];
%!endfunction
%!function r = searches (t, x, u, p, nn)
%!  r = fzero (@(s) s - x.a, 0);
%!endfunction
%!function r = nests (t, x, u, p, nn)
%!  r = 2 * x.a;
%!  hybrid_model ("states", {"c"}, "rhs", @(t, x, u, p, nn) -x.c);
%!endfunction
%!function refuses (id, words, f)
%!  try
%!    of (f);
%!    error ("nothing was refused");
%!  catch e
%!    assert (e.identifier, id);
%!    for w = words
%!      if (isempty (strfind (e.message, w{1})))
%!        error ("the sentence lacks \"%s\": %s", w{1}, e.message);
%!      endif
%!    endfor
%!  end_try_catch
%!endfunction

%!test refuses ("hybridsam:trace:branch", {"if", "hybrid_ifelse", "line 2"}, @branches);
%!test refuses ("hybridsam:trace:assign", {"dx(1)", "[a; b]"}, @assigns);
%!test refuses ("hybridsam:trace:branch", {"switch", "hybrid_ifelse", "switches, line 2"}, @switches);
%!test refuses ("hybridsam:trace:assign", {"dx(1)", "[a; b]", "grows, line 2"}, @grows);
%!test refuses ("hybridsam:trace:assign", {"deleting", "x([1 3])", "deletes, line 3"}, @deletes);
%!test refuses ("hybridsam:trace:branch", {"in fzero; searches, line 2"}, @searches);
%!test refuses ("hybridsam:trace:usage", {"inside a function", "capture"}, @nests);
%!test refuses ("hybridsam:trace:branch", {"&&"}, @(t, x, u, p, nn) (x.a > 1 && x.b > 1) * 1);
%!test refuses ("hybridsam:trace:function", {"interp1", "trace"}, @(t, x, u, p, nn) interp1 ([0 1], [0 1], x.a));
%!test refuses ("hybridsam:trace:function", {"sort"}, @(t, x, u, p, nn) sort (x.v));
%!test refuses ("hybridsam:trace:function", {"any"}, @(t, x, u, p, nn) any (x.v));
%!test refuses ("hybridsam:trace:function", {"isnan"}, @(t, x, u, p, nn) isnan (x.v));
%!test refuses ("hybridsam:trace:function", {"erf"}, @(t, x, u, p, nn) erf (x.a));
%!test refuses ("hybridsam:trace:function", {"trace"}, @(t, x, u, p, nn) besselj (0, x.a));
%!test refuses ("hybridsam:trace:branch", {"hybrid_ifelse"}, @(t, x, u, p, nn) fzero (@cos, x.a));
%!test refuses ("hybridsam:trace:function", {"double"}, @(t, x, u, p, nn) double (x.a));
%!test refuses ("hybridsam:trace:function", {"matrix"}, @(t, x, u, p, nn) (x.M ^ 2)(:));
%!test refuses ("hybridsam:trace:function", {"matrix"}, @(t, x, u, p, nn) x.M \ [1; 2]);
%!test refuses ("hybridsam:trace:index", {"index"}, @(t, x, u, p, nn) p.q(x.a));
%!test refuses ("hybridsam:trace:index", {"out of range", "3 x 1"}, @(t, x, u, p, nn) x.v(4));
%!test refuses ("hybridsam:trace:index", {"index"}, @(t, x, u, p, nn) [5 6 7](x.a));
%!test refuses ("hybridsam:trace:loop", {"constants"}, @(t, x, u, p, nn) sum (1:x.a));
%!test refuses ("hybridsam:trace:shape", {"3 x 1"}, @(t, x, u, p, nn) x.v + [1; 2]);
%!test refuses ("hybridsam:trace:shape", {"2 x 2 quantity with a 3 x 1 one"}, @(t, x, u, p, nn) x.v + x.M);
%!test refuses ("hybridsam:trace:shape", {"3 x 1"}, @(t, x, u, p, nn) x.v * x.v);
%!test refuses ("hybridsam:trace:concat", {"[x.M; [1 2]]"}, @(t, x, u, p, nn) [x.M; 1 2](:));
%!test refuses ("hybridsam:trace:value", {"complex", "real"}, @(t, x, u, p, nn) x.a + 1i);
%!test refuses ("hybridsam:trace:value", {"empty"}, @(t, x, u, p, nn) x.a + []);
%!test refuses ("hybridsam:trace:value", {"without a space"}, @(t, x, u, p, nn) [x.a; nn.f (x.v)]);
%!test  # after a refused function the next trace is sound
%! refuses ("hybridsam:trace:branch", {"if"}, @branches);
%! of (@(t, x, u, p, nn) sin (x.a));

%!test  # hostile graphs at the gateway: an error, never a crash
%! model = of (@(t, x, u, p, nn) [sin(x.a); nn.f([x.a; x.b]); x.v(2)]);
%! cm = struct ("sizes", [9 1 3 0 model.n_v], "rhs", [], "output", model.graphs.output, "initial", [], "kind", zeros (model.n_v, 1), ...
%!              "lower", -Inf (model.n_v, 1), "upper", Inf (model.n_v, 1), "fixed", zeros (model.n_v, 1), "external", []);
%! assert (isempty (__hybridsam__ ("check", cm)));
%! bad = {NaN, Inf, -1, 0.5, 1e300, [], "x", {}, 1i, struct(), int8(3), true, 2^40};
%! for field = fieldnames (cm.output)'
%!   for b = bad
%!     c = cm; c.output.(field{1}) = b{1};
%!     err = __hybridsam__ ("check", c);
%!     assert (strncmp (err.id, "hybridsam:", 10));
%!     if (isnumeric (cm.output.(field{1})) && isnumeric (b{1}) && isscalar (b{1}) && isreal (b{1}))
%!       for k = 1:numel (cm.output.(field{1}))
%!         c = cm; c.output.(field{1})(k) = double (b{1});
%!         err = __hybridsam__ ("check", c);
%!         assert (isempty (err) || strncmp (err.id, "hybridsam:", 10));
%!       endfor
%!     endif
%!   endfor
%! endfor
%! for field = fieldnames (cm)'
%!   for b = bad
%!     c = cm; c.(field{1}) = b{1};
%!     err = __hybridsam__ ("check", c);
%!     assert (isempty (err) || strncmp (err.id, "hybridsam:", 10));
%!   endfor
%! endfor
%! for args = {{}, {3}, {"nothing"}, {"check"}, {"check", 1}, {"eval", cm}, {"train", 1, 2, 3, 4, 5, 6}, {"gradient", cm, 1, 2, 3}, {"values", cm, "a"}, {"random", -1, 1, 1}}
%!   err = __hybridsam__ (args{1}{:});
%!   assert (strncmp (err.id, "hybridsam:", 10));
%! endfor
