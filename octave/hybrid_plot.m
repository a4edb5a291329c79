## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn  {} {@var{h} =} hybrid_plot (@var{fit}, @var{kind})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{fit}, @var{kind}, @var{name}, @var{value}, @dots{})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{tab})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{tab}, "comparison", "file", @var{name})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{report}, "report" | "profile" | "landscape", "file", @var{name})
## @deftypefnx {} {@var{h} =} hybrid_plot (@var{sweep}, "sweep" | "residual", "file", @var{name})
## Draw what @code{hybrid_train}, @code{hybrid_compare}, @code{hybrid_report} or @code{hybrid_sweep} found.
##
## A @var{report} of @code{hybrid_report} is drawn as the law's component in which the networks do most, along the first trajectory, in its two parts; the root mean
## squared residual with and without networks and physics; the relative standard errors; and the rise of the loss around the minimum (@qcode{"report"}, the
## default).  @qcode{"profile"}: the profile likelihoods, with the chi-square limit (dashed).  @qcode{"landscape"}: contours of the loss over the parameter
## and the sharpest direction of the weights, and its slices along both.
##
## A @var{sweep} of @code{hybrid_sweep} is drawn as parameters, validation loss, share of the networks and sharpness against the settings of its path, the choice marked
## (@qcode{"sweep"}, the default); @qcode{"residual"}: as below, with all seeds of the choice.
##
## A table @var{tab} of @code{hybrid_compare} is drawn as one axes for each measure (but the validation error) with a row for each method: the median over the seeds (point) and the range from
## the least to the largest (line).
##
## @var{fit} is its result, or a cell array of several to be drawn over each other.  @var{kind}:
##
## @table @asis
## @item @qcode{"fit"}
## Measurements (points) and the model's solution (curves) over time, a row of axes for each output.  Algebraic data: predicted over
## measured, with the diagonal of a perfect prediction.
## @item @qcode{"history"}
## Loss (and, dashed, validation error) over the iterations, on a logarithmic scale.
## @item @qcode{"estimates"}
## The parameters over the iterations, one axes for each; a circle marks where they started.
## @item @qcode{"residual"}
## What the networks add to the law (right-hand side; algebraic: output) over one or two states or inputs, the others held at their medians along the solutions;
## and where the solutions were.  Several fits of one model are taken as an ensemble: its median, and its range.
## @end table
##
## Options:
##
## @table @asis
## @item @qcode{"data"}, @var{data}
## For @qcode{"fit"}: another data set, drawn beside the training data.
## @item @qcode{"trajectories"}, @var{numbers}
## For @qcode{"fit"}: which trajectories are drawn (default: the first four of each data set, two when several fits are drawn).
## @item @qcode{"truth"}, @code{struct (NAME, value, @dots{})}
## For @qcode{"estimates"}: known values, drawn as dashed lines.
## @item @qcode{"variables"}, @{NAMES@}
## For @qcode{"residual"}: one or two states or inputs (default: those along which it changes most).  A state that is a field is set as a whole.
## @item @qcode{"component"}, @var{name}
## For @qcode{"residual"}: the state (algebraic: output) whose law is drawn, of a field its first pixel (default: the one in which the networks do most).
## @item @qcode{"labels"}, @{@dots{}@}
## Names of the fits in the legend (default: their method).
## @item @qcode{"file"}, @var{name}
## Write a PNG of 1200 x 800 points; the figure stays invisible and no display is needed.
## @end table
##
## The figure's handle is returned.  Without a display the figure is made invisible.
##
## @example
## fit = hybrid_train (model, data, "iterations", 100);
## hybrid_plot (fit, "estimates", "truth", struct ("w2", 1.1), "file", "estimates.png");
## @end example
##
## Errors: @code{hybridsam:plot:usage}, @code{hybridsam:plot:fit} (not a fit), @code{hybridsam:plot:kind},
## @code{hybridsam:plot:data}, @code{hybridsam:plot:trajectories}, @code{hybridsam:plot:truth} (no such parameter, wrong shape),
## @code{hybridsam:plot:labels}, @code{hybridsam:plot:profile} and @code{hybridsam:plot:landscape} (the report has none), @code{hybridsam:plot:residual} (there is none), @code{hybridsam:plot:variables},
## @code{hybridsam:plot:component}, @code{hybridsam:plot:params} (the model has none), @code{hybridsam:plot:history} (no iteration to
## draw), @code{hybridsam:plot:file} (cannot be written), @code{hybridsam:option:*}.
## @seealso{hybrid_train, hybrid_simulate}
## @end deftypefn

function h = hybrid_plot (fits, kind, varargin)
  if (nargin < 1)
    error ("hybridsam:plot:usage", "hybrid_plot: a fit, a table, a report or a sweep is needed");
  endif
  if (nargin > 1)
    args = [{kind}, varargin];
  else
    args = {};
  endif
  if (is_a ("hybrid_table", fits))
    [draw, file] = plot_table (fits, args);
  elseif (is_a ("hybrid_report", fits))
    [draw, file] = plot_report (fits, args);
  elseif (is_a ("hybrid_sweep", fits))
    [draw, file] = plot_sweep (fits, args);
  else
    [draw, file] = plot_fits (fits, args);
  endif
  check_file (file);
  h = on_paper (file, draw);
  if (nargout == 0)
    clear h;
  endif
endfunction

function tf = is_a (type, x)
  tf = isstruct (x) && isscalar (x) && isfield (x, "type") && ischar (x.type) && strcmp (x.type, type);
endfunction

function check_file (file)
  if (! ischar (file) || rows (file) > 1)
    error ("hybridsam:plot:file", "hybrid_plot: \"file\" must be a file name, got %s", short_text (file));
  endif
  folder = fileparts (file);
  if (! isempty (folder) && ! isfolder (folder))
    error ("hybridsam:plot:file", "hybrid_plot: the folder %s does not exist", folder);
  endif
endfunction

## ---- paper

## A figure with what DRAW (figure) draws on it, written to FILE; none is left when that fails.
function h = on_paper (file, draw)
  h = new_figure (isempty (file));
  unwind_protect
    done = false;
    draw (h);
    write_file (h, file);
    done = true;
  unwind_protect_cleanup
    if (! done)
      close (h);
    endif
  end_unwind_protect
endfunction

function h = new_figure (wanted)
  warning ("off", "Octave:gnuplot-graphics", "local");
  visible = {"off", "on"}{1 + (wanted && have_window_system ())};
  h = figure ("visible", visible, "color", "w", "position", [60 60 1200 800], ...
              "paperunits", "points", "papersize", [1200 800], "paperposition", [0 0 1200 800]);  # one scale on screen and in print
  if (strcmp (visible, "off") && any (strcmp (available_graphics_toolkits (), "gnuplot")))
    graphics_toolkit (h, "gnuplot");  # the one that draws without a display
  endif
endfunction

function write_file (h, file)
  if (isempty (file))
    return;
  endif
  warning ("off", "print:nogs", "local");
  device = "-dpng";
  if (strcmp (get (h, "__graphics_toolkit__"), "gnuplot"))
    device = "-dpngcairo";
  endif
  picture = [tempname() ".png"];  # print takes the type from the name, and gnuplot not every name
  unwind_protect
    try
      print (h, picture, device);
      copy_whole (picture, file);
    catch e
      error ("hybridsam:plot:file", "hybrid_plot: %s cannot be written: %s", file, e.message);
    end_try_catch
  unwind_protect_cleanup
    if (exist (picture, "file"))
      unlink (picture);
    endif
  end_unwind_protect
endfunction

## Half a file is removed, and is an error.
function copy_whole (from, to)
  f = fopen (from, "r");
  bytes = fread (f, Inf, "uint8=>uint8");
  fclose (f);
  f = fopen (to, "w");
  if (f < 0)
    error ("it cannot be opened");
  endif
  fwrite (f, bytes);
  fclose (f);
  written = stat (to);  # fwrite and fclose do not notice a full disk
  if (isempty (bytes) || written.size != numel (bytes))
    if (S_ISREG (written.mode))
      unlink (to);
    endif
    error ("the disk is full");
  endif
endfunction

%!shared model, data, fit, file
%! model = hybrid_model ("states", {"q", "p"}, "params", struct ("w2", 0.5, "c", [0.1; 0.2]), ...
%!                       "nets", struct ("f", hybrid_net ([2 4 1])), "rhs", ...
%!                       @(t, x, u, p, nn) [x.p; -p.w2*sin(x.q) - p.c(1)*x.p + nn.f([x.q; x.p])]);
%! t = (0:0.5:3)';
%! data = hybrid_data (t, cat (3, [cos(t), -sin(t)], [0.5*cos(t), -0.5*sin(t)]));
%! fit = hybrid_train (model, data, "iterations", 10, "solver", "rk4", "display", "off", "validation", data, "validate_every", 2);
%! file = [tempname() ".png"];
%!test  # every kind gives a picture
%! for kind = {"fit", "history", "estimates"}
%!   unwind_protect
%!     h = hybrid_plot (fit, kind{1}, "file", file);
%!     assert (isfigure (h));
%!     close (h);
%!     assert (size (imread (file)), [800 1200 3]);
%!   unwind_protect_cleanup
%!     delete (file);
%!   end_unwind_protect
%! endfor
%!test  # several fits, another data set, truth; a curve for each trajectory and fit, and the points
%! h = hybrid_plot ({fit, fit}, "fit", "data", data, "trajectories", 2, "labels", {"a", "b"});
%! panels = findobj (h, "type", "axes", "visible", "on");
%! assert (numel (panels), 4);
%! assert (arrayfun (@(a) numel (findobj (a, "type", "line")), panels), [3; 3; 3; 3]);
%! close (h);
%! h = hybrid_plot ({fit, fit}, "estimates", "truth", struct ("c", [0; 0]));
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 2);
%! close (h);
%!test  # ragged and algebraic data
%! other = hybrid_data ({(0:0.5:2)', (0:0.5:1)'}, {data.y(1:5,:), data.y(1:3,:)});
%! close (hybrid_plot (fit, "fit", "data", other));
%! m = hybrid_model ("inputs", {"a"}, "params", struct ("k", 1), "output", @(t, x, u, p, nn) p.k * u.a);
%! f = hybrid_train (m, hybrid_data ([], (1:9)', "inputs", (1:9)'), "iterations", 3, "display", "off");
%! close (hybrid_plot (f, "fit"));
%!test  # a report
%! r = hybrid_report (fit, "profile", {"w2", "c"}, "profile_points", 1, "profile_iterations", 2, "display", "off");
%! h = hybrid_plot (r);
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 4);
%! close (h);
%! h = hybrid_plot (r, "profile");
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 3);
%! close (h);
%! unwind_protect
%!   close (hybrid_plot (r, "report", "file", file));
%!   assert (size (imread (file)), [800 1200 3]);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%! fail ("hybrid_plot (r, \"picture\")", "report or profile or landscape");
%! fail ("hybrid_plot (r, \"landscape\")", "ask for it");
%! r = hybrid_report (fit, "landscape", {"w2", "c"}, "landscape_points", 2, "sharpness", false, "display", "off");
%! h = hybrid_plot (r, "landscape");
%! assert (numel (findobj (h, "type", "axes", "visible", "on")), 6);
%! close (h);
%! fail ("hybrid_plot (rmfield (r, \"use\"))", "changed");
%! fail ("hybrid_plot (setfield (r, \"profile\", struct ()), \"profile\")", "ask for it");
%!test  # a sweep
%! s = hybrid_sweep (model, data, "rho", [0.1 0], "seeds", 1:2, "validation", data, "iterations", 3, "solver", "rk4", "display", "off", "report", false);
%! h = hybrid_plot (s);
%! panels = findobj (h, "type", "axes", "visible", "on");
%! assert (numel (panels), 4);
%! assert (get (panels(1), "xticklabel")(:)', {"0 anew", "0", "0.1"});
%! close (h);
%! close (hybrid_plot (s, "residual"));
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! f = hybrid_train (m, hybrid_data ((0:3)', exp (-(0:3)')), "iterations", 3, "display", "off");
%! close (hybrid_plot (hybrid_report (f, "landscape", "k", "display", "off"), "landscape"));
%! fail ("hybrid_plot (s, \"history\")", "sweep or residual");
%! fail ("hybrid_plot (rmfield (s, \"values\"))", "changed");
%!test  # what the networks learned: over the two states, over one; the law's other part is not in it
%! h = hybrid_plot ({fit, fit}, "residual");
%! assert (numel (findobj (h, "type", "surface")), 2);
%! assert (max (abs (get (findobj (h, "type", "surface")(1), "cdata")(:))), 0);  # the same fit twice: no range
%! close (h);
%! h = hybrid_plot (fit, "residual", "variables", "q", "component", "p");
%! a = findobj (h, "type", "axes", "visible", "on");
%! line = findobj (a, "type", "line", "linestyle", "-");
%! n = fit.values.nets.f;
%! sol = hybrid_simulate (model, data, fit.values, "solver", "rk4");
%! p = median (sol.x(:,2,:)(:));
%! learned = arrayfun (@(q) n.W{2} * tanh (n.W{1} * [q; p] + n.b{1}) + n.b{2}, get (line, "xdata"));
%! assert (get (line, "ydata"), learned, 1e-12);
%! close (h);
%! fail ("hybrid_plot (fit, \"residual\", \"variables\", {\"q\", \"x\"})", "must be one or two of q, p");
%! fail ("hybrid_plot (fit, \"residual\", \"component\", \"x\")", "must be one of q, p");
%! m = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "rhs", @(t, x, u, p, nn) -p.k * x.x);
%! f = hybrid_train (m, hybrid_data ((0:3)', exp (-(0:3)')), "iterations", 3, "display", "off");
%! fail ("hybrid_plot (f, \"residual\")", "calls no network");
%!test  # the example of the help
%! unwind_protect
%!   close (hybrid_plot (fit, "estimates", "truth", struct ("w2", 1.1), "file", file));
%!   assert (stat (file).size > 0);
%! unwind_protect_cleanup
%!   delete (file);
%! end_unwind_protect
%!test  # names that print or gnuplot would change; a folder, a full disk
%! folder = tempname ();
%! mkdir (folder);
%! unwind_protect
%!   for name = {"plain", "it's.png", "a.nosuch"}
%!     close (hybrid_plot (fit, "history", "file", fullfile (folder, name{1})));
%!     assert (stat (fullfile (folder, name{1})).size > 0);
%!   endfor
%!   assert (numel (readdir (folder)), 5);
%!   fail ("hybrid_plot (fit, \"history\", \"file\", folder)", "cannot be opened");
%!   if (exist ("/dev/full", "file"))
%!     fail ("hybrid_plot (fit, \"history\", \"file\", \"/dev/full\")", "the disk is full");
%!   endif
%! unwind_protect_cleanup
%!   confirm_recursive_rmdir (false, "local");
%!   rmdir (folder, "s");
%! end_unwind_protect
%!test  # a table
%! warning ("off", "Octave:gnuplot-graphics", "local");
%! tab = hybrid_compare (hybrid_task ("pendulum", "size", 2), {"erm", "l2"}, "seeds", 1:2, "train", {"iterations", 3}, "display", "off");
%! file = [tempname() ".png"];
%! unwind_protect
%!   h = hybrid_plot (tab, "comparison", "file", file);
%!   assert (stat (file).size > 5000);
%!   close (h);
%!   close (hybrid_plot (tab, "file", file));
%! unwind_protect_cleanup
%!   unlink (file);
%! end_unwind_protect
%! bad = {{"fit"}, "hybridsam:plot:kind"; {"files", "x"}, "hybridsam:option:unknown"; {"file", 3}, "hybridsam:plot:file"};
%! for b = bad'
%!   try
%!     hybrid_plot (tab, b{1}{:});
%!     error ("accepted");
%!   catch e
%!     assert (e.identifier, b{2});
%!   end_try_catch
%! endfor
%! try
%!   hybrid_plot (setfield (tab, "median", 1));
%!   error ("accepted");
%! catch e
%!   assert (e.identifier, "hybridsam:plot:fit");
%! end_try_catch
%!error id=hybridsam:plot:usage hybrid_plot ()
%!error id=hybridsam:plot:usage hybrid_plot (fit)
%!error id=hybridsam:plot:fit hybrid_plot (3, "fit")
%!error id=hybridsam:plot:fit hybrid_plot ({}, "fit")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "model", 3), "fit")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "history", struct ()), "history")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "options", []), "fit")
%!error id=hybridsam:plot:fit hybrid_plot (setfield (fit, "data", {}), "fit")
%!error id=hybridsam:plot:fit hybrid_plot ({fit, setfield(fit, "model", "outputs", {"a", "b"})}, "fit")
%!error id=hybridsam:plot:kind hybrid_plot (fit, "fits")
%!error id=hybridsam:plot:kind hybrid_plot (fit, 3)
%!error id=hybridsam:plot:data hybrid_plot (fit, "fit", "data", 3)
%!error id=hybridsam:plot:trajectories hybrid_plot (fit, "fit", "trajectories", 3)
%!error id=hybridsam:plot:trajectories hybrid_plot (fit, "fit", "trajectories", 0)
%!error id=hybridsam:plot:trajectories hybrid_plot (fit, "fit", "trajectories", NaN)
%!error id=hybridsam:plot:truth hybrid_plot (fit, "estimates", "truth", 3)
%!error id=hybridsam:plot:truth hybrid_plot (fit, "estimates", "truth", struct ("w3", 1))
%!error id=hybridsam:plot:truth hybrid_plot (fit, "estimates", "truth", struct ("w2", [1 2]))
%!error id=hybridsam:plot:params hybrid_plot (setfield (fit, "model", "params", model.params([])), "estimates")
%!error id=hybridsam:plot:labels hybrid_plot (fit, "history", "labels", {"a", "b"})
%!error id=hybridsam:plot:labels hybrid_plot (fit, "history", "labels", {1})
%!error id=hybridsam:plot:history hybrid_plot (setfield (fit, "history", "iteration", []), "history")
%!error id=hybridsam:plot:file hybrid_plot (fit, "history", "file", "no such folder/a.png")
%!error id=hybridsam:plot:file hybrid_plot (fit, "history", "file", 3)
%!error id=hybridsam:option:unknown hybrid_plot (fit, "history", "titel", 3)
