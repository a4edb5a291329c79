## SPDX-License-Identifier: GPL-3.0-or-later

## -*- texinfo -*-
## @deftypefn {} {} __hybrid_tape__ ("begin")
## @deftypefnx {} {@var{e} =} __hybrid_tape__ ("node", @var{op}, @var{rows}, @var{cols}, @var{args}, @var{attr})
## @deftypefnx {} {@var{graph} =} __hybrid_tape__ ("finish", @var{e})
## @deftypefnx {} {} __hybrid_tape__ ("refused", @var{id}, @var{message})
## @deftypefnx {} {@var{s} =} __hybrid_tape__ ("refusal")
## @deftypefnx {} {} __hybrid_tape__ ("compared", @var{place})
## @deftypefnx {} {@var{place} =} __hybrid_tape__ ("place", @var{stack})
## The graph being recorded while a model function is traced.  Internal.
##
## @code{"begin"} forgets whatever an aborted trace left, so nothing can leak from one trace into the next. @code{"compared"} notes where in the user's
## code the last node, a comparison ==, was recorded: @code{switch} drops its value unseen, so one that nothing uses is refused at the end.
## @code{"place"} says where a stack was in the user's code, in words.
## @end deftypefn

function r = __hybrid_tape__ (command, varargin)
  persistent op rows cols args attr n refusal compared;
  switch (command)
    case "begin"
      n = 0;
      refusal = [];
      compared = struct ("node", {}, "place", {});
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
    case "compared"
      compared(end+1) = struct ("node", n, "place", varargin{1});
    case "place"
      r = place_of (varargin{1});
    case "refused"
      refusal = struct ("identifier", varargin{1}, "message", varargin{2});
    case "refusal"
      r = refusal;
    case "finish"
      if (isempty (n))
        error ("hybridsam:trace:usage", "hybrid_model was called inside a function that hybrid_model was tracing; make the inner model outside and capture it");
      endif
      refuse_switch (compared, args(1:n), node_of (varargin{1}));
      r = struct ("op", {op(1:n)(:)}, "rows", rows(1:n)(:), "cols", cols(1:n)(:), ...
                  "nargs", cellfun (@numel, args(1:n))(:), "args", vertcat (cellfun (@(a) a(:), args(1:n), "UniformOutput", false){:}), ...
                  "nattr", cellfun (@numel, attr(1:n))(:), "attr", vertcat (cellfun (@(a) a(:), attr(1:n), "UniformOutput", false){:}), ...
                  "result", node_of (varargin{1}));
      n = [];
  endswitch
endfunction

function refuse_switch (compared, args, result)
  used = [result; vertcat(cellfun (@(a) a(:), args, "UniformOutput", false){:})];
  k = find (! ismember ([compared.node], used), 1);
  if (! isempty (k))
    error ("hybridsam:trace:branch", ["a switch on a traced value, or a comparison == that nothing uses, cannot be traced%s: write hybrid_ifelse (x == value, a, b) " ...
           "for the switch, or remove the comparison"], compared(k).place);
  endif
endfunction

## The innermost function of the user, with its line, and the function of Octave in which it was; a function without a name has no line.
function text = place_of (stack)
  persistent ours octaves;
  if (isempty (ours))
    ours = fileparts (mfilename ("fullpath"));
    octaves = __octave_config_info__ ("fcnfiledir");
  endif
  words = {};
  for k = 1:numel (stack)
    s = stack(k);
    if (strcmp (s.name, "trace_function") || strncmp (s.name, "@", 1))
      break;
    elseif (strncmp (s.file, octaves, numel (octaves)))
      words = {["in " s.name]};
    elseif (s.line > 0 && ! isempty (s.name) && ! strncmp (s.file, ours, numel (ours)))
      words{end+1} = sprintf ("%s, line %d", s.name, s.line);
      break;
    endif
  endfor
  text = "";
  if (! isempty (words))
    text = [" (" strjoin(words, "; ") ")"];
  endif
endfunction
