## SPDX-License-Identifier: GPL-3.0-or-later

## k = best_sweep (list): which of several sweeps (cell) on the same data: of those whose choice has a validation loss within two standard errors of the least, the one in
## which the networks make least of the law; that with the least loss where the share is not known.

function k = best_sweep (list)
  loss = cellfun (@(s) s.validation_loss(s.chosen), list);
  [least, k] = min (loss);
  good = find (loss <= least + 2 * list{k}.validation_loss_se(list{k}.chosen));
  share = cellfun (@(s) mean (s.network_share(s.chosen,:)), list(good));
  if (! any (isnan (share)))
    [~, i] = min (share);
    k = good(i);
  endif
endfunction
