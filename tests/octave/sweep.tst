## SPDX-License-Identifier: GPL-3.0-or-later

## hybrid_sweep: what a rule may see, held-out parts, and the trap of a network that contains the physics' own term.

%!shared a, b, noise
%! a = linspace (-1, 1, 40)';
%! b = sin (37 * (1:40)');
%! noise = 0.02 * cos (101 * (1:40)');
%!function data = samples (y, a, b)
%!  data = hybrid_data ([], y, "inputs", [a, b]);
%!endfunction
%!function model = line_and_net (seen)
%!  model = hybrid_model ("inputs", {"a", "b"}, "params", struct ("k", 0.5), "nets", struct ("f", hybrid_net ([1 6 1])), "output", @(t, x, u, p, nn) p.k * u.a + nn.f(u.(seen)));
%!endfunction

%!test  # the trap: a network that sees what the physics sees can do its work. The sweep chooses, and says that the data do not tell
%! s = hybrid_sweep (line_and_net ("a"), samples (2 * a + noise, a, b), "rho", [0 0.1 0.3], "seeds", 1:2, "iterations", 300, "display", "off");
%! said = strjoin (s.sentences, "\n");
%! assert (! isempty (strfind (said, "The data do not determine k while the networks are free")));
%! assert (s.report.identifiable.k, false);
%!test  # no trap: the network sees another input. Nothing of the kind is said, and k is right
%! s = hybrid_sweep (line_and_net ("b"), samples (2 * a + 0.5 * b .^ 2 + noise, a, b), "rho", [0 0.05 0.1], "seeds", 1:2, "iterations", 1500, "display", "off");
%! assert (isempty (strfind (strjoin (s.sentences, "\n"), "do not determine")));
%! assert (s.report.identifiable.k);
%! assert (s.estimate.k, 2, 0.05);
%!test  # no rule sees the truth or the parameters' values: they follow from losses, shares and spreads alone
%! data = samples (2 * a + 0.5 * b .^ 2 + noise, a, b);
%! o = {"method", "l2", "lambda", [0 1e-3 1e-2 1e-1 1], "seeds", 1:3, "iterations", 400, "validation", data, "report", false, "display", "off"};
%! s = hybrid_sweep (line_and_net ("a"), data, o{:});
%! path = ! s.anew;
%! [least, best] = min (s.validation_loss(path));
%! within = find (s.validation_loss(path) <= least + s.validation_loss_se(best));
%! assert (s.choice.best, best);
%! assert (s.choice.one_se, within(1));
%! assert (s.choice.two_se, find (s.validation_loss <= least + 2 * s.validation_loss_se(best), 1));
%! [~, i] = min (mean (s.network_share(within,:), 2));
%! assert (s.choice.share, within(i));
%! k = squeeze (s.params.k);
%! [~, i] = min (std (k(within,:), 0, 2) ./ abs (mean (k(within,:), 2)));
%! assert (s.choice.stability, within(i));
%! for rule = {"two_se", "one_se", "stability", "share", "best"}
%!   other = hybrid_sweep (line_and_net ("a"), data, o{:}, "rule", rule{1});
%!   assert (other.chosen, s.choice.(rule{1}));
%!   assert (other.values, s.values);
%! endfor
%!test  # folds: each sample is held out once, from a training that did not see it
%! data = samples (2 * a + noise, a, b);
%! o = {"iterations", 20, "display", "off"};
%! s = hybrid_sweep (line_and_net ("b"), data, "method", "l2", "lambda", [0 0.1], "warm_iterations", 0, "seeds", 7, "folds", 40, "report", false, o{:});
%! assert (size (s.unit_loss), [2 40]);
%! loss = zeros (1, 40);
%! for k = 1:40
%!   rest = setdiff (1:40, k);
%!   fit = hybrid_train (line_and_net ("b"), samples ((2 * a + noise)(rest), a(rest), b(rest)), "method", "l2", "lambda", 0.1, "seed", 7, o{:});
%!   loss(k) = hybrid_gradient (line_and_net ("b"), samples ((2 * a + noise)(k), a(k), b(k)), fit.last);
%! endfor
%! assert (sort (s.unit_loss(1,:)), sort (loss), 1e-12);
%! assert (s.validation_loss(1), mean (loss), 1e-13);
%!test  # segments of one trajectory are held out together; ragged lengths and weights count as in the loss
%! t = (0:0.5:4)';
%! whole = hybrid_data ({t, t(1:7), t}, {[cos(t), -sin(t)], 0.5 * [cos(t(1:7)), -sin(t(1:7))], 0.8 * [cos(t), -sin(t)]}, "weights", [1 3]);
%! data = hybrid_segment (whole, 2);
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5), "nets", struct ("f", hybrid_net ([2 4 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! o = {"iterations", 5, "solver", "rk4", "display", "off"};
%! s = hybrid_sweep (model, data, "rho", 0.1, "seeds", 1, "folds", 3, "report", false, o{:});
%! assert (columns (s.unit_loss), 3);
%! s = hybrid_sweep (model, data, "rho", 0.1, "seeds", 1, "validation", data, "report", false, o{:});
%! assert (columns (s.unit_loss), 3);
%! assert (s.validation_loss, hybrid_gradient (model, data, s.values{1}, "solver", "rk4"), 1e-14);
%! w = 4 * [8 6 8];  # steps (the first samples of segments do not count), weights 1 + 3
%! assert (s.validation_loss_se, norm ((s.unit_loss - s.validation_loss) .* w) / sqrt (6) / mean (w), 1e-14);
%!test  # a setting whose training leads to a model without solutions is worse than any number
%! model = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "nets", struct ("f", hybrid_net ([1 1])), "rhs", @(t, x, u, p, nn) -p.k * x.x + nn.f(x.x));
%! t = (0:0.5:2)';
%! data = hybrid_data (t, cat (3, exp (-t), 2 * exp (-t)));
%! far = hybrid_data ([0; 1e6], [1e300; 0]);
%! fail ("hybrid_sweep (model, data, \"rho\", [0 0.1], \"seeds\", 1, \"iterations\", 3, \"validation\", far, \"learning_rate\", 300, \"display\", \"off\")", "at no setting");
%!test  # a path that leads astray (its last setting hardly trained) is noticed by the training from the seed, which is taken where the data determine its parameter
%! data = samples (2 * a + 0.5 * b .^ 2 + noise, a, b);
%! o = {"method", "l2", "lambda", [1 0], "seeds", 1, "iterations", 600, "warm_iterations", 1, "validation", data, "report", false, "display", "off"};
%! s = hybrid_sweep (line_and_net ("b"), data, o{:});
%! assert (s.anew, [false false true]);
%! assert (s.beaten);
%! assert (s.chosen, 3);
%! assert (! isempty (strfind (strjoin (s.sentences), "led astray")));
%! assert (s.fit.last, s.final.values{1});
%! s = hybrid_sweep (line_and_net ("a"), data, o{:});  # and is not, where the network can imitate it
%! assert (s.beaten);
%! assert (s.chosen, s.choice.two_se);
%! assert (s.chosen < 3);
%! assert (! isempty (strfind (strjoin (s.sentences), "choice stays")));
%!test  # nothing on the path can be solved on the held-out data (x' = x^2 without its network): the training from the seed is taken
%! model = hybrid_model ("states", {"x"}, "nets", struct ("f", hybrid_net ([1 1])), "rhs", @(t, x, u, p, nn) x.x ^ 2 + nn.f(x.x));
%! law = hybrid_model ("states", {"x"}, "rhs", @(t, x, u, p, nn) x.x ^ 2 - 5 * x.x);
%! near = hybrid_data ((0:0.05:0.2)', [], "initial", [1 1.5 2]);
%! far = hybrid_data ((0:0.5:3)', [], "initial", [1 1.5 2]);
%! data = @(d) hybrid_data (reshape (d.t, [], 3)(:,1), hybrid_simulate (law, d, hybrid_values (law)).x, "initial", [1 1.5 2]);
%! s = hybrid_sweep (model, data (near), "method", "l2", "lambda", [1e4 0], "seeds", 1, "iterations", 400, "warm_iterations", 1, "learning_rate", 0.1, "validation", data (far), ...
%!                   "report", false, "display", "off");
%! assert (s.validation_loss(1:2), [Inf; Inf]);
%! assert (s.chosen, 3);
%! assert (isfinite (s.validation_loss(3)));
%! assert (! isempty (strfind (strjoin (s.sentences), "Nothing on the path can be solved")));
