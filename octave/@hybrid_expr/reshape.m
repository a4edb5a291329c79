## SPDX-License-Identifier: GPL-3.0-or-later

function r = reshape (a, varargin)
  dims = [varargin{! cellfun(@isempty, varargin)}];
  if (numel (varargin) > 1 && numel (dims) < numel (varargin))
    k = find (cellfun (@isempty, varargin));
    varargin{k} = numel (a) / prod (dims);
    dims = [varargin{:}];
  endif
  if (prod (dims) != numel (a) || numel (dims) > 3 && any (dims(4:end) != 1))
    refuse ("shape", sprintf ("reshape of %d elements to [%s]", numel (a), num2str (dims)), "keep the number of elements, in two or three dimensions");
  endif
  dims(end+1:3) = 1;
  r = gather (a, 1:numel (a), dims(1), dims(2) * dims(3), dims(3));
endfunction
