## SPDX-License-Identifier: GPL-3.0-or-later

## Data sets: files as they are found, bad input, saving, and the rules for initial states, told from the loss.

## ---- files

%!function file = write_file (text)
%!  file = [tempname() ".csv"];
%!  f = fopen (file, "w");
%!  fwrite (f, text);
%!  fclose (f);
%!endfunction

%!function expect (id, file, varargin)  # an error with that identifier
%!  got = "none";
%!  try
%!    hybrid_data (file, varargin{:});
%!  catch e
%!    got = [e.identifier ": " e.message];
%!  end_try_catch
%!  assert (strncmp (got, [id ":"], numel (id) + 1), "%s expected, got %s", id, got);
%!endfunction

%!shared top
%! top = fileparts (fileparts (which ("hybrid_data")));

%!test  # the pendulum: two key columns, words in one of them
%! file = fullfile (top, "examples", "data", "pendulum_single.csv");
%! args = {"time", "time_s", "trajectory", {"set", "segment"}, "outputs", {"theta_rad", "dtheta_rad_s"}};
%! d = hybrid_data (file, args{:});
%! assert (d.count', [917 917 917 917 917 917]);
%! assert (d.trajectory_names, {"id/1", "id/2", "id/3", "id/4", "val/1", "val/2"});
%! assert (d.output_names, {"theta_rad", "dtheta_rad_s"});
%! assert (d.y(1,:), [1.523164, 1.848254]);
%! assert (diff (d.t(1:917)), 0.01 * ones (916, 1), 1e-9);
%! d = hybrid_data (file, args{:}, "where", {"set", "val"}, "every", 5);
%! assert (d.count', [184 184]);
%! assert (d.t([2 184])' - d.t(1), [0.05 9.15], 1e-9);
%! assert (hybrid_data (file, args{:}, "where", {"set", {"val"}, "segment", [2 3]}).count, 917);

%!test  # the fan: a key of numbers, an input
%! d = hybrid_data (fullfile (top, "examples", "data", "rpm_windows.csv"), "time", "time_s", "trajectory", "window", ...
%!                  "outputs", "rpm_in", "inputs", "load_in");
%! assert (sum (d.count), 856);
%! assert (d.trajectory_names, {"1", "2", "3", "4", "5"});
%! assert (d.u(1), 0.01);
%! assert (d.input_names, {"load_in"});

%!test  # keys of numbers that are missing belong together; keys of words and numbers in one
%! file = write_file ("a,b,t,y\n2,x,0,1\n,x,0,2\n1,y,0,3\n2,x,1,4\n,x,1,5\n1,x,0,6\n");
%! unwind_protect
%!   d = hybrid_data (file, "time", "t", "trajectory", {"a", "b"}, "outputs", "y");
%!   assert (d.trajectory_names, {"2/x", "NaN/x", "1/y", "1/x"});
%!   assert (d.y, [1 4 2 5 3 6]');
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect

%!test  # 55,000 rows with two keys, words in one of them, in below two seconds of work
%! file = write_file (["set,run,t,y\n", sprintf("id,%d,%g,0.5\n", [ceil((1:55000) / 11000); mod(0:54999, 11000)])]);
%! unwind_protect
%!   begin = cputime ();
%!   d = hybrid_data (file, "time", "t", "trajectory", {"set", "run"}, "outputs", "y", "where", {"set", "id"}, "every", 10);
%!   assert (cputime () - begin < 2);
%!   assert (d.count', 1100 * ones (1, 5));
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect

%!test  # the light tunnel: rows without time
%! d = hybrid_data (fullfile (top, "examples", "data", "light_tunnel.csv"), "outputs", {"ir_3"}, ...
%!                  "inputs", {"red", "green", "blue", "pol_1", "pol_2", "l_31", "l_32"});
%! assert (d.algebraic && numel (d.count) == 10000);
%! assert (d.y(1), 567);
%! assert (d.u(1,:), [72 18 60 -5.962499619 2.025000095 145 134]);

%!test  # 10,000 rows of 46 columns in well below two seconds (of the processor: others may be using it too)
%! row = ["standard," strjoin(repmat({"14377.0"}, 1, 45), ",") "\n"];
%! file = write_file ([["w," strjoin(arrayfun (@(k) sprintf ("c%d", k), 1:45, "UniformOutput", false), ",") "\n"], repmat(row, 1, 10000)]);
%! unwind_protect
%!   clock = cputime ();
%!   d = hybrid_data (file, "outputs", {"c1", "c45"}, "inputs", {"c2", "c3"}, "where", {"w", "standard"});
%!   assert (cputime () - clock < 2);
%!   assert (size (d.y), [10000 2]);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect

%!test  # byte order mark, Windows line ends, empty lines, quotes, commas and quotes inside, missing values, no last line end
%! file = write_file (["\357\273\277set,run,\"time, s\",y,u,w\r\n\"a\",1,0,1,2,x\r\na,1,1,,3,y\r\n\r\n\"b \"\"q\"\"\",2,0,NaN,2,x\r\n" ...
%!                     "\"b \"\"q\"\"\",2,1,5, 3 ,"]);
%! unwind_protect
%!   d = hybrid_data (file, "time", "time, s", "trajectory", {"set", "run"}, "outputs", "y", "inputs", "u");
%!   assert (d.y, [1; NaN; NaN; 5]);
%!   assert (d.u, [2; 3; 2; 3]);
%!   assert (d.trajectory_names, {"a/1", "b \"q\"/2"});
%!   assert (hybrid_data (file, "outputs", "y", "where", {"set", "b \"q\""}).y, [NaN; 5]);
%!   assert (hybrid_data (file, "outputs", "y", "where", {"w", ""}).y, 5);
%!   ## keys whose rows are not next to each other, and the order of first appearance
%!   assert (hybrid_data (file, "outputs", "u", "time", "run", "trajectory", "w", "where", {"run", 2}).trajectory_names, {"x", ""});
%!   expect ("hybridsam:data:column", file, "outputs", "w");
%!   expect ("hybridsam:data:column", file, "outputs", "Y y");
%!   expect ("hybridsam:data:column", file, "outputs", {"y", 3});
%!   expect ("hybridsam:data:column", file, "outputs", "y", "time", 3);
%!   expect ("hybridsam:data:column", file, "outputs", "y", "trajectory", {3});
%!   expect ("hybridsam:data:column", file, "outputs", "y", "where", {3, 1});
%!   expect ("hybridsam:data:inputs", file, "outputs", "u", "inputs", "y");
%!   expect ("hybridsam:data:times", file, "outputs", "y", "time", "u");
%!   expect ("hybridsam:data:where", file, "outputs", "y", "where", {"set", 1});
%!   expect ("hybridsam:data:where", file, "outputs", "y", "where", {"run", "1"});
%!   expect ("hybridsam:data:where", file, "outputs", "y", "where", {"run"});
%!   expect ("hybridsam:data:where", file, "outputs", "y", "where", "run");
%!   expect ("hybridsam:data:empty", file, "outputs", "y", "where", {"set", "c"});
%!   expect ("hybridsam:data:every", file, "outputs", "y", "every", 0);
%!   expect ("hybridsam:data:every", file, "outputs", "y", "every", Inf);
%!   expect ("hybridsam:data:every", file, "outputs", "y", "every", "2");
%!   expect ("hybridsam:option:unknown", file, "output", "y");
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect

%!test  # files that are no table
%! cases = {"", "a,b\n", "a,b\n1\n2,3\n", "a,a\n1,2\n", "a,b\n1,\"x\n2,3\n", "a,b\n1,\0002\n", "\n\n\n"};
%! for k = 1:numel (cases)
%!   file = write_file (do_string_escapes (cases{k}));
%!   unwind_protect
%!     expect ("hybridsam:data:file", file, "outputs", "a");
%!   unwind_protect_cleanup
%!     delete (file);
%!   end_unwind_protect
%! endfor
%! expect ("hybridsam:data:file", tempdir (), "outputs", "a");
%! expect ("hybridsam:data:file", "", "outputs", "a");
%! expect ("hybridsam:data:file", ["ab"; "cd"], "outputs", "a");
%! expect ("hybridsam:data:usage", "a.csv");

%!test  # a column of words that look like imaginary numbers
%! file = write_file ("k,y\ni,1\ni,2\nj,3\n");
%! unwind_protect
%!   assert (hybrid_data (file, "outputs", "y", "where", {"k", "i"}).y, [1; 2]);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect

## ---- bad input

%!test  # NaN, Inf, words, complex numbers, cells and structs in every argument: our own errors or a data set of real doubles, nothing else
%! t = (0:3)';
%! Y = reshape (1:16, 4, 2, 2);
%! good = {t, Y, "inputs", Y, "initial", [1 2; 3 4], "weights", ones(4, 2, 2), "features", [1 2]};
%! evil = {NaN, Inf, -Inf, [], "word", 2i, {}, {{}}, {1, 2, 3}, struct(), @sin, true, int8(3), single(2), sparse(1), 1:5, zeros(4, 2, 2, 2), ...
%!         zeros(0, 3), NaN(4, 2, 2), Inf(4, 2, 2), hybrid_data(t, Y), -ones(4, 2, 2), {t, "a"}, {t, {1}}, {t, 2i * t}};
%! for k = [1 2 4 6 8 10]
%!   for e = 1:numel (evil)
%!     args = good;
%!     args{k} = evil{e};
%!     try
%!       d = hybrid_data (args{:});
%!       assert (isreal (d.y) && isreal (d.u) && isreal (d.t));
%!       assert ({class(d.y), class(d.u), class(d.t), class(d.count)}, repmat ({"double"}, 1, 4));
%!       assert (rows (d.y) == sum (d.count) && rows (d.u) == sum (d.count) && numel (d.t) == sum (d.count));
%!     catch err
%!       assert (strncmp (err.identifier, "hybridsam:", 10), "argument %d, evil %d: %s %s", k, e, err.identifier, err.message);
%!     end_try_catch
%!   endfor
%! endfor
%! for e = 1:numel (evil)  # one element of each array
%!   for k = [1 2 4 6 8 10]
%!     if (isnumeric (evil{e}) && isscalar (evil{e}))
%!       args = good;
%!       args{k}(2) = evil{e};
%!       try
%!         hybrid_data (args{:});
%!       catch err
%!         assert (strncmp (err.identifier, "hybridsam:", 10), "argument %d, evil %d: %s %s", k, e, err.identifier, err.message);
%!       end_try_catch
%!     endif
%!   endfor
%! endfor

## ---- saving and showing

%!test  # a data set inside a struct, saved as text and as binary
%! data = hybrid_data ({[0 1 2], [0 1]}, {[1; NaN; 3], [4; 5]}, "initial", [1 2]);
%! for format = {"-text", "-binary"}
%!   file = tempname ();
%!   unwind_protect
%!     fit = struct ("data", data);
%!     save (format{1}, file, "fit");
%!     other = load (file).fit.data;
%!     assert (isa (other, "hybrid_dataset"));
%!     assert ({other.count, other.t, other.y, other.x0}, {data.count, data.t, data.y, data.x0});
%!     assert (hybrid_segment (other, 1).count, [2; 2; 2]);
%!   unwind_protect_cleanup
%!     delete (file);
%!   end_unwind_protect
%! endfor

%!test  # counts, ranges, missing share, dropped steps
%! data = hybrid_data ({0:3, 0:2}, {[1; NaN; 3; 4], [4; 5; 6]}, "inputs", {(0:3)', (0:2)'});
%! text = evalc ("disp (hybrid_segment (data, 2))");
%! for word = {"2 trajectories with 3 samples each", "16.7 % missing", "1 to 6", "dropped by segmentation: 1", "zoh"}
%!   assert (! isempty (strfind (text, word{1})), "%s is missing in\n%s", word{1}, text);
%! endfor

## ---- initial states, from the loss of x' = 0: predictions are the initial state

%!shared still, v, loss
%! still = hybrid_model ("states", {"a", "b"}, "rhs", @(t, x, u, p, nn) [0 * x.a; 0 * x.b]);
%! v = hybrid_values (still);
%! loss = @(varargin) hybrid_gradient (still, hybrid_data (varargin{:}), v, "solver", "rk4");

%!assert (loss (0:2, [1 2; 2 2; 4 2]), (1 + 9) / 4, 1e-15)                              # first sample, which does not count
%!assert (loss (0:2, [1 2; 2 2; 4 2], "initial", [0; 2]), (1 + 4 + 16) / 6, 1e-15)      # X0: all samples count
%!assert (loss (0:2, [1 2; 2 NaN; 4 2]), (1 + 9) / 3, 1e-15)                            # missing
%!assert (loss (0:2, [1 2; 2 2; 4 2], "weights", [1 0]), (1 + 9) / 2, 1e-15)            # an output that does not count
%!assert (loss (0:2, [1 2; 2 2; 4 2], "weights", [5; 1; 3]), (1 + 3 * 9) / 8, 1e-15)    # samples
%!assert (loss ({0:1, 0:2}, {[1 2; 2 2], [0 0; 1 1; 1 1]}), (1 + 4) / 6, 1e-15)         # pooled over trajectories
%!assert (loss ({0:1, 0:1}, {[1 2; 2 2], [0 0; 1 1]}, "initial", [0 NaN; 0 NaN]), (1 + 4 + 4 + 4 + 1 + 1) / 6, 1e-15)  # a NaN column: its first sample
%!test  # a segment that does not begin at sample 1 starts from its own first sample, even with X0
%! s = hybrid_segment (hybrid_data (0:2, [1 2; 2 2; 4 2], "initial", [0; 2]), 1);
%! assert (hybrid_gradient (still, s, v, "solver", "rk4"), (1 + 4 + 4) / 6, 1e-15);
%!error id=hybridsam:data:initial loss (0:2, [1 NaN; 2 2; 4 2])
%!error id=hybridsam:data:initial loss (0:2, [1 2; 2 2; 4 2], "initial", 1)
%!error id=hybridsam:data:initial loss ({0:1, 0:1}, {[1 2; 2 2], [NaN 0; 1 1]}, "initial", [0 NaN; 0 NaN])
%!error id=hybridsam:data:empty loss (0, [1 2])                                           # nothing is left to compare with
%!error id=hybridsam:data:empty loss (0:1, [1 2; 2 3], "weights", [1; 0])
%!error id=hybridsam:data:empty loss (0:1, [1 2; NaN NaN])
%!error id=hybridsam:data:outputs loss (0:1, [], "initial", [1; 2])
%!error id=hybridsam:data:kind loss ([], [1 2])

%!test  # `initial`: features, then the first samples; X0 goes before it
%! m = hybrid_model ("states", {"a", "b"}, "features", {"f"}, "window", 2, "rhs", @(t, x, u, p, nn) [0 * x.a; 0 * x.b], ...
%!                   "initial", @(z, p, nn) [z.f; z.y(1,2)]);
%! Y = [1 2; 3 2; 4 2];
%! gradient = @(varargin) hybrid_gradient (m, hybrid_data (0:2, Y, varargin{:}), v, "solver", "rk4");
%! assert (gradient ("features", 10), (sum ((10 - Y(:,1)) .^ 2) + 3) / 6, 1e-12);
%! assert (gradient ("features", 10, "initial", [0; 2]), (1 + 9 + 16) / 6, 1e-12);
%! fail ("gradient ()", "features");
%! short = hybrid_data (0, [1 2], "features", 1);
%! fail ("hybrid_gradient (m, short, v)", "looks at 2 samples");
%! only = hybrid_model ("states", {"a"}, "features", {"f"}, "rhs", @(t, x, u, p, nn) 0 * x.a, "initial", @(z, p, nn) z.f);
%! assert (hybrid_simulate (only, hybrid_data (0:1, [], "initial", 3, "features", 5), hybrid_values (only)).x, [3; 3]);

%!test  # states that were not measured cannot start from a sample; the error says what to give
%! m = hybrid_model ("states", {"a", "b"}, "rhs", @(t, x, u, p, nn) [0 * x.a; 0 * x.b], "output", @(t, x, u, p, nn) x.a);
%! fail ("hybrid_gradient (m, hybrid_data (0:1, [1; 2]), v)", "give \"initial\"");
%! assert (hybrid_gradient (m, hybrid_data (0:1, [1; 2], "initial", [0; 0]), v, "solver", "rk4"), 2.5, 1e-15);

%!test  # 10,000 samples are cut at once
%! t = (0:9999)';
%! data = hybrid_data (t, [t, -t]);
%! clock = cputime ();
%! s = hybrid_segment (data, 3);
%! assert (cputime () - clock < 0.5);
%! assert (numel (s.count), 3333);
