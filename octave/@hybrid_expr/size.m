## SPDX-License-Identifier: GPL-3.0-or-later

function varargout = size (a, dim)
  s = [a.rows, a.cols / a.pages];
  if (a.pages > 1)
    s(3) = a.pages;
  endif
  if (nargin > 1)
    s(end+1:max (dim)) = 1;
    varargout = {s(dim)};
  elseif (nargout <= 1)
    varargout = {s};
  else
    s(end+1:nargout) = 1;
    s(nargout) = prod (s(nargout:end));
    varargout = num2cell (s(1:nargout));
  endif
endfunction
