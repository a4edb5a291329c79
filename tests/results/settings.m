## SPDX-License-Identifier: GPL-3.0-or-later

## make settings: what makes the difference to theta, on every task: the settings of training, changed one at a time, for plain training, SAM and L2 at the radius and weight
## that are best for theta in the tables of make results. Puts its table into doc/results.md. Every run is kept in build/results, so an interrupted run goes on where it was.

1;

## {task, variant, rho, lambda, methods of these (erm, sam, l2), seeds}; on the slow ones SAM alone, and on fields not all changes
function list = all_tasks ()
  list = {"pendulum", "friction", 0.1, 1e-3, 1:3, 1:3; "duffing", "damping", 0.5, 1e-3, 1:3, 1:3; "duffing", "cubic", 0.1, 1e-4, 1:3, 1:3; ...
          "wind-tunnel", "real", 0.2, 1e-4, 1:3, 1:3; "wind-tunnel", "simulated", 0.05, 1e-4, 1:3, 1:3; "light-tunnel", "all", 1, 1e-2, 1:3, 1:3; ...
          "light-tunnel", "ir_3", 0.5, 1e-1, 1:3, 1:3; "pendulum-images", "frames", 0.05, 1e-4, 2, 1; "reaction-diffusion", "fields", 0.1, 1e-4, 2, 1};
endfunction

## {label, options over the task's own}
function list = changes (task)
  o = struct (task.options{:});
  rate = struct ("params", 1e-2, "nets", 3e-3);
  if (isfield (o, "learning_rate"))
    rate = o.learning_rate;
  endif
  if (isnumeric (rate))
    rate = struct ("params", rate, "nets", rate);
  endif
  by = @(params, nets) {"learning_rate", struct("params", params * rate.params, "nets", nets * rate.nets)};
  n = o.iterations;
  schedule = "cosine";
  if (isfield (o, "schedule") && strcmp (o.schedule, "cosine"))
    schedule = "constant";
  endif
  list = {"as the task says", {}; [schedule, " schedule"], {"schedule", schedule}; "nets' learning rate / 3", by(1, 1 / 3); "nets' learning rate x 3", by(1, 3); ...
          "parameters' learning rate x 3", by(3, 1); "3 times as long", {"iterations", 3 * n}; "3 times as long, cosine", {"iterations", 3 * n, "schedule", "cosine"}};
  if (isfield (o, "step"))
    list(end+1,:) = {"half the step", {"step", o.step / 2}};
  elseif (! isempty (task.model.functions.rhs))
    list(end+1,:) = {"rtol 1e-9", {"rtol", 1e-9, "atol", 1e-11}};
  endif
endfunction

## Rows of one task, and the medians (changes x methods).
function text = one_task (name, variant, rho, lambda, which, seeds)
  task = hybrid_task (name, "variant", variant);
  all = {"ERM", {"method", "erm"}; sprintf("SAM %g", rho), {"method", "sam", "rho", rho}; sprintf("L2 %g", lambda), {"method", "l2", "lambda", lambda}}(which,:);
  list = changes (task);
  if (strcmp (variant, "fields"))
    list([6, 8],:) = [];
  endif
  methods = {};
  for c = list'
    for m = all'
      methods{end+1} = {[m{1}, ", ", c{1}], m{2}{:}, c{2}{:}};
    endfor
  endfor
  tab = hybrid_compare (task, methods, "seeds", seeds, "train", {"threads", 1}, "file", sprintf ("build/results/settings-%s-%s.mat", name, variant), "display", "off");
  j = find (strcmp (tab.measures, "theta_error"));
  n = rows (all);
  shape = @(x) reshape (x(:,j), n, [])';
  [middle, low, high] = deal (shape (tab.median), shape (tab.low), shape (tab.high));
  text = sprintf ("\n%s, %s\n\n| change |%s\n|---|%s\n", name, variant, sprintf (" %s |", all{:,1}), repmat ("---|", 1, n));
  for k = 1:rows (list)
    text = [text, sprintf("| %s |", list{k,1}), sprintf(" %.3g [%.3g %.3g] |", [middle(k,:); low(k,:); high(k,:)]), "\n"];
  endfor
  for i = 1:n
    [~, k] = min (middle(:,i));
    text = [text, sprintf("\n%s: least with \"%s\", %.2g times less than as the task says.", all{i,1}, list{k,1}, middle(1,i) / middle(k,i))];
  endfor
  text = [text, "\n"];
  printf ("%s", text);
  fflush (stdout);
endfunction

top = fileparts (fileparts (fileparts (mfilename ("fullpath"))));
cd (top);
addpath ("octave", "src", "tests/results");
text = ["\n## What makes the difference? (`make settings`)\n\nErrors of theta when the settings of training are changed one at a time: median [min max] over 3 seeds (pictures and fields: 1), for plain training, and for SAM\n", ...
        "and L2 at the radius and the weight that are best for theta in the tables above, which only the truth can tell.\n"];
for t = all_tasks ()'
  text = [text, one_task(t{:})];
endfor
note = {"What it says. Where theta can be found, longer training is what most often makes the largest difference, with a learning rate that falls to zero on the pendulum, the pictures and the simulated wind tunnel,", ...
        "without it on the light tunnel; a falling rate alone, which is a shorter training, does harm on the pendulum and the light tunnel. Nets that learn three times faster do the same on the light tunnel, and three times slower they leave SAM and L2 five times worse", ...
        "on the pendulum. Plain training gains most by parameters that learn faster, or nets that learn slower, which is to say by stopping before the network has taken the physics' work. The accuracy of the solver makes no difference. On fields nets that learn three times slower halve the error (one seed).", ...
        "On the measured wind tunnel no change brings theta nearer than the spread over the seeds; on Duffing's cubic force theta cannot be told beside the network, and a falling rate helps plain training alone. From this hybrid_sweep has its `final_iterations`."};
text = [text, "\n", strjoin(note, "\n"), "\n"];
text = put_section (fileread ("doc/results.md"), text);
f = fopen ("doc/results.md", "w");
fputs (f, text);
fclose (f);
