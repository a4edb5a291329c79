## SPDX-License-Identifier: GPL-3.0-or-later

## {"a", "theta(2)"}: of every element of these states or parameters.

function names = element_names (parts)
  names = {};
  for k = 1:numel (parts)
    n = parts(k).rows * parts(k).cols;
    if (n == 1)
      names{end+1} = parts(k).name;
    else
      names = [names, arrayfun(@(j) sprintf ("%s(%d)", parts(k).name, j), 1:n, "UniformOutput", false)];
    endif
  endfor
endfunction
