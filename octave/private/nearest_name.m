## SPDX-License-Identifier: GPL-3.0-or-later

## The word of a cellstr with the smallest edit distance to NAME (upper and lower case count as equal).

function best = nearest_name (name, words)
  distance = cellfun (@(w) edit_distance (lower (name), lower (w)), words);
  [~, k] = min (distance);
  best = words{k};
endfunction

## Levenshtein, one row of the table at a time.
function d = edit_distance (a, b)
  row = 0:numel (b);
  for i = 1:numel (a)
    last = row;
    row(1) = i;
    for j = 1:numel (b)
      row(j+1) = min ([last(j) + (a(i) != b(j)), last(j+1) + 1, row(j) + 1]);
    endfor
  endfor
  d = row(end);
endfunction
