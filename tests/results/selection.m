## SPDX-License-Identifier: GPL-3.0-or-later

## make selection: which rule chooses the radius (weight) with the smallest error of theta, on the tasks, with the oracle's choice beside it; and what a path that is
## followed from its largest setting is worth. Puts its table into doc/results.md. Every sweep is kept in build/results as it goes, so an interrupted run goes on where it was.

1;

## {task, variant, data sets, seeds, compared with every setting anew}
function list = all_tasks ()
  list = {"pendulum", "friction", 1:3, 1:2, true; "duffing", "damping", 1:3, 1:2, true; "light-tunnel", "all", 1:3, 1:2, true; "light-tunnel", "ir_3", 1:3, 1:2, true; ...
          "wind-tunnel", "simulated", 1:3, 1:2, true; "wind-tunnel", "real", 1:3, 1:2, false; "duffing", "cubic", 1:3, 1:2, false; ...
          "pendulum-images", "frames", 1:3, 1, false; "reaction-diffusion", "fields", 1:2, 1, false};
endfunction

function list = rules ()
  list = {"two_se", "one_se", "stability", "share", "best"};
endfunction

## Errors of theta (median over the seeds): of the oracle, and of each rule; then the seconds.
function x = one_sweep (name, variant, data_seed, seeds, method, anew)
  task = hybrid_task (name, "variant", variant, "seed", data_seed);
  n = task.options{2 * find(strcmp (task.options(1:2:end), "iterations"))};
  more = {"iterations", n};
  if (anew)  # as many iterations as the last of a warm path has behind it
    more = {"warm_iterations", 0, "iterations", ceil(2.25 * n)};
  endif
  file = sprintf ("build/results/sweep-%s-%s-%s-%d-%d.mat", name, variant, method, data_seed, anew);
  s = hybrid_sweep (task.model, task.train, task.options{:}, "method", method, "threads", 1, more{:}, "seeds", 100 * data_seed + seeds, "validation", task.validation, ...
                    "report", false, "file", file, "display", "off");
  e = median (cellfun (@(v) task.truth.error (v.params), s.values), 2);
  x = min (e);
  for rule = rules ()
    k = s.choice.(rule{1});
    if (isnan (k))
      x(end+1) = NaN;
    else
      x(end+1) = e(k);
    endif
  endfor
  x(end+1) = sum (s.seconds(:));
endfunction

function [text, all] = table ()
  text = sprintf ("| task | method | path | oracle |%s seconds |\n|---|---|---|---|%s---|\n", sprintf (" %s |", rules (){:}), repmat ("---|", 1, numel (rules ())));
  printf ("%s", text);
  all = [];
  for t = all_tasks ()'
    for method = {"sam", "l2"}
      for anew = 0:double (t{5})
        x = [];
        for data_seed = t{3}
          x(end+1,:) = one_sweep (t{1}, t{2}, data_seed, t{4}, method{1}, anew);
        endfor
        x = median (x, 1);
        cells = strrep (sprintf (" %.3g |", x(1:end-1)), "NaN", "");
        line = sprintf ("| %s, %s | %s | %s |%s %.0f |\n", t{1}, t{2}, method{1}, {"down", "anew"}{1 + anew}, cells, x(end));
        printf ("%s", line);
        text = [text, line];
        if (! anew)
          all(end+1,:) = x(1:end-1) / x(1);
        endif
      endfor
    endfor
  endfor
  line = "| geometric mean, of the oracle's error | | down |";
  for j = 1:columns (all)
    good = all(! isnan (all(:,j)),j);
    line = [line, sprintf(" %.2f |", exp (mean (log (good))))];
  endfor
  text = [text, line, " |\n"];
  printf ("%s |\n", line);
endfunction

top = fileparts (fileparts (fileparts (mfilename ("fullpath"))));
cd (top);
addpath ("octave", "src", "tests/results");
if (! isfolder ("build/results"))
  mkdir ("build/results");
endif
text = ["\n## Which radius, which weight? (`make selection`)\n\nErrors of theta at the settings that the rules of `hybrid_sweep` choose, which do not see it, beside the oracle's choice on the same path, which does: median ", ...
        "over the data sets (3; reaction-diffusion 2) of the median over 2 seeds (pictures and fields: 1, and so no stability). \"down\": the default, from the largest setting to the smallest; ", ...
        "\"anew\": every setting from its seed, with as many iterations as the last of the path has behind it. Seconds: of a sweep.\n\n", table()];
text = put_section (fileread ("doc/results.md"), text);
f = fopen ("doc/results.md", "w");
fputs (f, text);
fclose (f);
