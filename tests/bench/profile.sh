#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make profile: where the time of gradients of P goes (B=25 T=40, rk4, one thread), inside hybrid_train and called from Octave one by one, by samples
# of perf. The core is built a second time, under build/profile, with frame pointers and line numbers, so that a sample inside an inlined
# kernel has a name.
#
# A sample's column is forward or backward by who called; its row is what it was doing: by the innermost function, inlined ones included.
# The tables go into build/bench/profile.md and doc/benchmarks.md.
cd "$(dirname "$0")/../.." || exit 1
for tool in perf addr2line awk; do
  command -v $tool >/dev/null || { echo "make profile needs $tool"; exit 1; }
done
DIR=build/profile
mkdir -p $DIR build/bench
rm -rf $DIR/src
cp -r src $DIR/src
rm -f $DIR/src/*.mex
make -s -C $DIR/src BUILD=../mex CFLAGS="-O3 -g -fno-omit-frame-pointer" || exit 1

# table TITLE: of the samples in stacks.txt.
table() {
  printf '\n%s: ' "$1"
  awk -F '\t' -v names=$DIR/names.txt '
  BEGIN {
    while ((getline line < names) > 0) { split(line, f, "\t"); name[f[1]] = f[2]; split(f[3], p, " "); file[f[1]] = p[1] }
    split("matrix products|transcendental functions|other work of the tape|solver and objective|operating system and C library|gateway: reading, set-up, results|Octave", row, "|")
  }
  function judge(   i, what, phase, where) {
    if (depth == 0) return
    inside = 0
    phase = "other"
    for (i = 1; i <= depth; i++) {
      if (stack[i] ~ /hs_solver_forward/) phase = "forward"
      if (stack[i] ~ /hs_solver_backward/) phase = "backward"
      if (stack[i] ~ /mexFunction/) inside = 1
    }
    begun = begun || inside
    if (!begun) return   # Octave is starting
    split(stack[1], leaf, " ")
    where = leaf[1]
    if (!inside) what = 7
    else if (phase == "other" && stack_has("hs_rule_gradient|hs_objective_eval") == 0) what = 6
    else if (stack[1] ~ /libm[.-]/) what = 2
    else if (stack[1] !~ /__hybridsam__/) what = 5
    else if (name[where] ~ /tanh|exp_|sin_|cos_|log_|sincos|sigmoid|softplus/) what = 2
    else if (name[where] ~ /gemm|tile|strip|dots|edge/) what = 1
    else if (file[where] ~ /\/tape\//) what = 3
    else what = 4
    count[what, phase]++
    total++
  }
  function stack_has(pattern,   i) {
    for (i = 1; i <= depth; i++) if (stack[i] ~ pattern) return 1
    return 0
  }
  /^[ \t]*$/ { judge(); depth = 0; next }
  { line = $0; sub(/^[ \t]+/, "", line); stack[++depth] = line }
  END {
    judge()
    printf "%d samples\n\n| | forward | backward | else | all |\n|---|---|---|---|---|\n", total
    for (k = 1; k <= 7; k++) {
      printf "| %s | %s | %s | %s | %s |\n", row[k], percent(count[k, "forward"]), percent(count[k, "backward"]), percent(count[k, "other"]), percent(count[k, "forward"] + count[k, "backward"] + count[k, "other"])
      ahead += count[k, "forward"]; back += count[k, "backward"]; rest += count[k, "other"]
    }
    printf "| all | %s | %s | %s | 100.0 %% |\n", percent(ahead), percent(back), percent(rest)
  }
  function percent(n) { return n ? sprintf("%.1f %%", 100 * n / total) : "" }' $DIR/stacks.txt
}

# profile MODE TITLE
profile() {
  HYBRIDSAM_PROFILE=$1 perf record -q -F 1999 -e cpu-clock --call-graph fp -o $DIR/perf.data octave-cli --norc -q --no-history tests/bench/profiled.m >&2 || exit 1
  perf script -i $DIR/perf.data --no-inline -F ip,sym,dso 2>/dev/null >$DIR/stacks.txt
  # address, the functions inlined there, innermost first, and their files
  grep __hybridsam__ $DIR/stacks.txt | awk '{print $1}' | sort -u >$DIR/addresses.txt
  addr2line -a -f -i -e $DIR/src/__hybridsam__.mex <$DIR/addresses.txt |
    awk '/^0x/ {a = $1; sub(/^0x0*/, "", a); n = 0; next} n++ % 2 == 0 {name[a] = name[a] " " $0} n % 2 == 0 {split($0, p, ":"); file[a] = file[a] " " p[1]}
         END {for (a in name) print a "\t" name[a] "\t" file[a]}' >$DIR/names.txt
  table "$2"
}

{ profile train "Inside \`hybrid_train\`"; profile call "\`hybrid_gradient\` called from Octave"; } >build/bench/profile.md
cat build/bench/profile.md
bash tests/bench/into_page.sh profile build/bench/profile.md
