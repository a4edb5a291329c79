#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: seeds.sh FOLDER. Writes FOLDER/graph/seed-* and FOLDER/data/seed-*: one graph for each kind of operation and a data set or two for each
# model of fuzz_data.c, in the format that the head of each target describes. From these the corpora grew.
set -e
top=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "$1/graph" "$1/data"
mapfile -t names < <(sed -n 's/^HS_[A-Z]*(\([a-z0-9]*\).*/\1/p' "$top/src/tape/ops.def")
bytes() { for n in "$@"; do printf "\\x$(printf %02x "$n")"; done; }
op() { # NAME -> its number
  local i
  for i in "${!names[@]}"; do [ "${names[$i]}" = "$1" ] && echo "$i" && return; done
  echo "no operation $1" >&2
  exit 1
}
point() { bytes 200 140 200 100 200 160 200 120 200 90 200 150; } # numbers in (-2, 2)

# graph NAME N_RESULT EXTERNAL "OP ROWS COLS N_ARGS [BACK...] N_ATTRS [ATTR...]"...: 3 states, 2 inputs, 2 features, 20 values
graph() {
  local to="$1/graph/seed-$2" n_result=$3 external=$4 node
  shift 4
  {
    bytes 3 2 2 20 "$n_result" "$external" 1
    for node in "$@"; do
      set -- $node
      bytes "$(op "$1")" "${@:2}"
    done
    bytes 255
    point
  } >"$to"
}
x="state 3 1 0 1 1"
unary=() binary=()
for name in neg sin cos tan asin acos atan sinh cosh tanh exp log sqrt abs sign floor square sigmoid softplus; do unary+=("$name 3 1 1 1 0"); done
for name in add sub mul div pow atan2 max min lt le gt ge eq ne; do binary+=("$name 3 1 2 1 2 0"); done
graph "$1" leaves 6 0 "time 1 1 0 0" "input 2 1 0 1 1" "feature 2 1 0 1 1" "const 1 1 0 1 7" "concat 6 1 4 4 3 2 1 0"
graph "$1" unary 3 0 "$x" "${unary[@]}"
graph "$1" binary 3 0 "$x" "param 3 1 0 1 4" "${binary[@]}"
graph "$1" broadcast 3 0 "$x" "param 1 1 0 1 4" "mul 3 1 2 2 1 0" "time 1 1 0 0" "sub 3 1 2 1 2 0"
graph "$1" select 3 0 "$x" "const 1 1 0 1 0" "lt 3 1 2 2 1 0" "select 3 1 3 1 3 2 0"
graph "$1" index 4 0 "$x" "index 2 2 1 1 4 3 1 1 2"
graph "$1" sums 2 0 "$x" "sum 1 1 1 1 0" "norm 1 1 1 2 0" "concat 2 1 2 2 1 0"
graph "$1" matmul 2 0 "$x" "param 2 3 0 1 1" "matmul 2 1 2 1 2 0" "const 2 2 0 4 1 2 3 4" "matmul 2 1 2 1 2 0"
for act in 0 1 2 3 4 5; do
  graph "$1" "dense-$act" 2 0 "$x" "dense 3 1 1 1 6 1 10 3 3 $act 0" "dense 2 1 1 1 6 1 7 3 2 0 1"
done
graph "$1" external 3 1 "external 3 1 0 1 1"
graph "$1" callback 3 2 "external 3 1 0 1 2"

# data NAME MODEL STEP PENALTY INTERPOLATION THERE MORE TRAJECTORIES SAMPLES ARRAYS...
data() {
  local to="$1/data/seed-$2"
  shift 2
  { bytes "$@"; point; } >"$to"
}
half() { for i in $(seq "$1"); do echo 200 $((100 + 7 * i % 60)); done; }
data "$1" pendulum 0 0 0 0 5 0 2 5 3 2 0 1 2 0 3 $(half 14)
data "$1" missing 0 1 2 0 5 0 1 3 3 0 1 2 224 1 224 2 3 224 1 2
data "$1" weights 0 0 1 0 135 0 1 3 3 0 1 2 1 2 3 4 5 6 1 0 1 2 3 4 1 2 1
data "$1" shooting 0 0 0 0 125 0 2 4 2 2 0 1 1 2 $(half 12) 0 0 15 16 1 2 2 0 1 1
data "$1" hold 1 1 0 0 5 1 1 4 4 0 1 2 3 $(half 10) 5 5 7 7
data "$1" linear 1 1 0 1 5 1 1 4 4 0 1 2 3 $(half 10) 5 6 7 7
data "$1" pchip 1 1 0 2 5 1 2 6 4 2 0 1 2 3 0 1 $(half 16) 5 6 7 7 8 9
data "$1" features 2 0 2 0 1 2 2 4 2 2 0 1 0 2 $(half 8) 1 2 3 4
data "$1" algebraic 3 0 1 0 1 1 3 3 1 1 1 0 0 0 $(half 6) 1 2 3
