## SPDX-License-Identifier: GPL-3.0-or-later

## Numbers of independent programs (tests/data/README.md).

%!shared model, data, v
%! ## a hybrid regression small enough to check by hand, as an algebraic model
%! model = hybrid_model ("inputs", {"x"}, "params", struct ("th1", 0.5, "th2", -0.3), "nets", struct ("f", hybrid_net ([1 1 1])), ...
%!                       "output", @(t, x, u, p, nn) p.th1 * u.x + p.th2 * sin (u.x) + nn.f (u.x));
%! data = hybrid_data ([], [-1.2; 0.1; 0.7; 1.1; 0.4; 1.9], "inputs", [-1; -0.5; 0.3; 0.8; 1.4; 2]);
%! v = hybrid_values (model);
%! v.nets.f.W = {0.8, -0.6};
%! v.nets.f.b = {0.1, 0.2};

%!function rows = golden (variant)
%!  lines = strsplit (strtrim (fileread ("tests/data/sam_golden.csv")), "\n")(2:end);
%!  mine = lines(strncmp (lines, [variant ","], numel (variant) + 1));
%!  rows = cell2mat (cellfun (@(s) str2double (strsplit (s, ",")(2:end)), mine', "UniformOutput", false));
%!endfunction

%!function check (model, data, v, variant, varargin)
%!  rows = golden (variant);
%!  assert (rows(:,1), (0:6)');
%!  for k = 1:6
%!    fit = hybrid_train (model, data, "start", v, "iterations", k, "learning_rate", 0.01, "batch", 3, "shuffle", false, "display", "off", varargin{:});
%!    w = fit.values;
%!    assert ([w.params.th1, w.params.th2, w.nets.f.W{1}, w.nets.f.b{1}, w.nets.f.W{2}, w.nets.f.b{2}], rows(k+1,2:end), -1e-12);
%!  endfor
%!endfunction

%!test check (model, data, v, "erm_adam");
%!test check (model, data, v, "l2_coupled_phi_lam1e-2_adam", "method", "l2", "lambda", 1e-2);
%!test check (model, data, v, "sam_all_adam", "method", "sam", "rho", 0.05, "scope", "all");
%!test check (model, data, v, "sam_phi_adam", "method", "sam");
%!test check (model, data, v, "asam_phi_eta0.01_adam", "method", "asam");
%!test check (model, data, v, "gsam_all_a0.4_adam", "method", "gsam", "scope", "all");
%!test check (model, data, v, "fsam_all_official_adam", "method", "fsam", "scope", "all");
%!test check (model, data, v, "looksam_all_k3_a0.7_adam", "method", "looksam", "looksam_every", 3, "scope", "all");
%!test check (model, data, v, "functional_sam_phi_adam", "method", "functional");
%!test check (model, data, v, "m_sam_phi_m1_adam", "method", "sam", "groups", 3);
%!error check (model, data, v, "gsam_all_a0.4_adam", "method", "gsam", "scope", "all", "gsam_alpha", 0.41);
%!error check (model, data, v, "fsam_all_official_adam", "method", "fsam", "scope", "all", "fsam_memory", 0.91);
%!error check (model, data, v, "looksam_all_k3_a0.7_adam", "method", "looksam", "looksam_every", 2, "scope", "all");
%!error check (model, data, v, "functional_sam_phi_adam", "method", "sam");
%!error check (model, data, v, "m_sam_phi_m1_adam", "method", "sam", "groups", 2);
%!error check (model, data, v, "sam_phi_adam", "method", "sam", "scope", "all");
%!error check (model, data, v, "sam_phi_adam", "method", "sam", "rho", 0.051);

%!shared model, data, v, clean, golden, norm_of, options
%! ## the pendulum of tests/data/README.md
%! table = dlmread ("tests/data/pendulum_train.csv", ",", 1, 0);
%! table = table(table(:,1) < 5,:);
%! Y = permute (reshape (table(:,3:4), 41, 5, 2), [1 3 2]);
%! data = hybrid_segment (hybrid_data (table(1:41,2), Y), 8);
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.2), "nets", struct ("f", hybrid_net ([2 8 8 1])), ...
%!                       "rhs", @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) + nn.f([x.q; x.p])]);
%! v = hybrid_values (model);
%! n = [2 8 8 1];
%! for l = 0:2
%!   [I, J] = meshgrid (0:n(l+1)-1, 0:n(l+2)-1);
%!   v.nets.f.W{l+1} = 0.7 * sin (1 + 3*l + 1.3*I + 2.1*J);
%!   v.nets.f.b{l+1} = 0.1 * cos (l + (0:n(l+2)-1)');
%! endfor
%! test_table = dlmread ("tests/data/pendulum_test.csv", ",", 1, 0);
%! clean = permute (reshape (test_table(:,5:6), 41, [], 2), [1 3 2]);
%! parts = regexp (strsplit (strtrim (fileread ("tests/data/pendulum_golden.csv")), "\n"), '^(.*),([^,]*)$', "tokens", "once");
%! golden = struct ();
%! for k = 1:numel (parts)
%!   golden.(regexprep (parts{k}{1}, '[^A-Za-z0-9]', "_")) = str2double (parts{k}{2});
%! endfor
%! norm_of = @(g) sqrt (sum (cellfun (@(w) sumsq (w(:)), [g.nets.f.W, g.nets.f.b])));
%! options = {"solver", "rk4", "step", 0.5};

%!test
%! [loss, g] = hybrid_gradient (model, data, v, options{:});
%! assert (loss, golden.loss, -1e-9);
%! assert (g.params.w2, golden.dloss_dtheta, -1e-9);
%! assert (norm_of (g), golden.norm_dloss_dphi, -1e-9);
%! assert (g.nets.f.W{1}(1,1), golden.dloss_dW0_0_0_, -1e-9);
%! assert (g.nets.f.b{3}, golden.dloss_db2, -1e-9);
%! assert (norm_of (v) ^ 2, golden.phi_sq_norm, -1e-9);
%! [~, ~, info] = hybrid_gradient (model, data, v, options{:}, "penalty", "fn", "lambda", 1);
%! assert (info.penalty, golden.fn, -1e-9);

%!test
%! [~, g, info] = hybrid_gradient (model, data, v, options{:}, "method", "sam", "rho", 0.1);
%! assert (info.loss_perturbed, golden.sam_rho0_1_loss, -1e-9);
%! assert (g.params.w2, golden.sam_rho0_1_dtheta, -1e-9);
%! assert (norm_of (g), golden.sam_rho0_1_norm_dphi, -1e-9);

%!test
%! test_data = hybrid_data ((0:0.5:20)', [], "initial", squeeze (clean(1,:,:)));
%! for method = {"erm", "sam"}
%!   for k = [1 20 200]
%!     fit = hybrid_train (model, data, "start", v, "method", method{1}, "rho", 0.1, "iterations", k, options{:}, "display", "off");
%!     name = @(what) golden.(sprintf ("%s_%s_after_%d", {"erm", "sam_phi_rho0_1"}{1 + strcmp(method{1}, "sam")}, what, k));
%!     sol = hybrid_simulate (model, test_data, fit.values, options{:});
%!     assert (fit.params.w2, name ("theta"), -1e-9);
%!     assert (norm_of (fit.values), name ("phinorm"), -1e-9);
%!     assert (sqrt (mean (((sol.y - clean)(2:end,:,:))(:) .^ 2)), name ("testrmse"), -1e-9);
%!   endfor
%! endfor
