## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {} __hybrid_tape__ ("begin")
## @deftypefnx {} {@var{e} =} __hybrid_tape__ ("node", @var{op}, @var{rows}, @var{cols}, @var{args}, @var{attr})
## @deftypefnx {} {@var{graph} =} __hybrid_tape__ ("finish", @var{e})
## @deftypefnx {} {} __hybrid_tape__ ("refused", @var{id}, @var{message})
## @deftypefnx {} {@var{s} =} __hybrid_tape__ ("refusal")
## The graph being recorded while a model function is traced.  Internal.
##
## @code{"begin"} forgets whatever an aborted trace left, so nothing can leak from one trace into the next.
## @end deftypefn

function r = __hybrid_tape__ (command, varargin)
  persistent op rows cols args attr n refusal;
  switch (command)
    case "begin"
      n = 0;
      refusal = [];
      op = args = attr = cell (1, 64);
      rows = cols = zeros (1, 64);
    case "node"
      if (isempty (n))
        error ("hybridsam:trace:usage", "traced quantities live only while hybrid_model traces a function");
      endif
      n++;
      if (n > numel (op))  # doubling keeps recording linear in the number of nodes
        op{2*n} = args{2*n} = attr{2*n} = [];
        rows(2*n) = cols(2*n) = 0;
      endif
      [op{n}, rows(n), cols(n), args{n}, attr{n}] = varargin{:};
      r = hybrid_expr (n, varargin{2}, varargin{3});
    case "refused"
      refusal = struct ("identifier", varargin{1}, "message", varargin{2});
    case "refusal"
      r = refusal;
    case "finish"
      r = struct ("op", {op(1:n)(:)}, "rows", rows(1:n)(:), "cols", cols(1:n)(:), ...
                  "nargs", cellfun (@numel, args(1:n))(:), "args", vertcat (cellfun (@(a) a(:), args(1:n), "UniformOutput", false){:}), ...
                  "nattr", cellfun (@numel, attr(1:n))(:), "attr", vertcat (cellfun (@(a) a(:), attr(1:n), "UniformOutput", false){:}), ...
                  "result", node_of (varargin{1}));
      n = [];
  endswitch
endfunction
