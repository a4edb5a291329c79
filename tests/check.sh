#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every test, in stages: bash tests/check.sh [STAGE ...]   (bash tests/check.sh list)
# A stage prints TAP lines ("ok NAME", "not ok NAME", "skip NAME") to build/check/STAGE.tap and its talk to STAGE.log. A stage that ends
# badly without a "not ok" counts as one failure. The last line printed is "N passed, N failed, N skipped".

cd "$(dirname "$0")/.." || exit 1
OUT=build/check
OCTAVE="octave-cli --norc -q --no-history"
STAGES="format rooms warnings unit_gcc unit_clang unit_threads unit_valgrind fuzz octave process help guide readme examples install"
SUNDIALS="-lsundials_cvodes -lsundials_nvecserial -lsundials_sunmatrixdense -lsundials_sunlinsoldense -lsundials_sunlinsolspgmr -lsundials_sunnonlinsolfixedpoint"
FLAGS="-std=c11 -fno-math-errno -Isrc -Itests/c -Wall -Wextra -Werror"

# result NAME COMMAND...: one test, by exit status
result() {
  local name=$1
  shift
  if "$@" >>"$OUT/$stage.log" 2>&1; then echo "ok $name"; else echo "not ok $name"; fi
}

stage_format() {
  result clang-format clang-format --dry-run -Werror $(find src tests/c tests/fuzz -name '*.c' -o -name '*.h')
}

stage_rooms() {
  result rooms bash tests/rooms.sh .
  result rooms-planted bash tests/rooms_planted.sh
}

# Objects of all rooms but mex, into $1, with compiler $2 and flags $3...
core_objects() {
  local to=$1 cc=$2
  shift 2
  mkdir -p "$to"
  local f level levels=""
  case "$($cc -dumpmachine)" in x86_64*) levels="v3 v4" ;; esac
  for f in src/{base,tape,model,solve,learn}/*.c; do
    $cc $FLAGS ${levels:+-DHS_HAVE_X86_64_LEVELS} "$@" -ffp-contract=off -c "$f" -o "$to/$(echo "$f" | tr / _).o" || return 1
  done
  for level in $levels; do
    $cc $FLAGS "$@" -march=x86-64-$level -ffp-contract=fast -DHS_KERNELS=$level -c src/tape/kernels.c -o "$to/kernels_$level.o" || return 1
  done
}

stage_warnings() {
  local cc
  for cc in gcc clang; do
    result "warnings-core-$cc" core_objects build/warnings-$cc $cc -O3
    result "warnings-mex-$cc" bash -c "for f in src/mex/*.c; do $cc $FLAGS $(mkoctfile -p INCFLAGS) -O2 -fsyntax-only \$f || exit 1; done"
  done
}

# unit DIR COMPILER RUNNER FLAGS...: build and run each tests/c/test_*.c
unit() {
  local dir=$1 cc=$2 runner=$3
  shift 3
  core_objects "$dir" $cc "$@" >>"$OUT/$stage.log" 2>&1 || { echo "not ok build-$cc"; return; }
  local f name
  for f in ${UNITS:-tests/c/test_*.c}; do
    name=$(basename "$f" .c)
    if ! $cc $FLAGS "$@" -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc -o "$dir/$name" "$f" tests/c/failing_alloc.c \
        "$dir"/*.o $SUNDIALS -lcmocka -lm >>"$OUT/$stage.log" 2>&1; then
      echo "not ok $name-build"
      continue
    fi
    CMOCKA_MESSAGE_OUTPUT=TAP $runner "$dir/$name" >"$dir/$name.tap" 2>>"$OUT/$stage.log"
    local status=$?
    cat "$dir/$name.tap" >>"$OUT/$stage.log"
    grep -E '^(ok|not ok) ' "$dir/$name.tap" | sed "s/^\(ok\|not ok\) [0-9]* # SKIP /skip $name./; s/^\(ok\|not ok\) [0-9]* - /\1 $name./"
    if [ $status -ne 0 ] && ! grep -q '^not ok' "$dir/$name.tap"; then echo "not ok $name-exit-$status"; fi
  done
}

stage_unit_gcc() { unit build/unit-gcc gcc "" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all; }
stage_unit_clang() { unit build/unit-clang clang "" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all; }
# Data races, in what runs in threads.
stage_unit_threads() {
  UNITS="tests/c/test_base.c tests/c/test_learn.c tests/c/test_solve.c" HS_QUICK=1 unit build/unit-threads gcc "" -O1 -g -fsanitize=thread
}
stage_unit_valgrind() {
  HS_QUICK=1 unit build/unit-valgrind gcc "valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=9" -O1 -g
}

# The fuzz targets over the kept corpus; with FUZZ_SECONDS each looks for more for so long (what it finds lies in build/fuzz).
stage_fuzz() {
  local dir=build/fuzz sanitize="-O1 -g -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all" name
  core_objects $dir clang $sanitize -fsanitize=fuzzer-no-link >>"$OUT/$stage.log" 2>&1 || { echo "not ok build-fuzz"; return; }
  for name in graph data; do
    result "fuzz-$name-build" clang $FLAGS $sanitize -fsanitize=fuzzer -o $dir/$name tests/fuzz/fuzz_$name.c $dir/*.o $SUNDIALS -lcmocka -lm
    mkdir -p $dir/found_$name
    if [ -n "$FUZZ_SECONDS" ]; then
      result "fuzz-$name-$FUZZ_SECONDS-seconds" $dir/$name -max_total_time="$FUZZ_SECONDS" -timeout=10 -max_len=1024 -print_final_stats=1 \
        -artifact_prefix=$dir/$name- $dir/found_$name tests/fuzz/corpus/$name
    else
      result "fuzz-$name-corpus" $dir/$name -runs=0 -artifact_prefix=$dir/$name- tests/fuzz/corpus/$name
    fi
  done
}

stage_octave() { $OCTAVE tests/run_octave_tests.m 2>&1 | tee -a "$OUT/$stage.log" | grep -E '^(ok|not ok|skip) '; }
# What only a process of its own can show.
stage_process() {
  result library-is-quiet bash tests/quiet.sh
  result interrupt-is-heard bash tests/interrupt.sh
  result interrupt-at-a-terminal bash tests/interrupt_pty.sh
  result killed-and-resumed bash tests/resume.sh
  result constant-memory bash tests/memory.sh
}

stage_help() { $OCTAVE tests/help.m 2>&1 | tee -a "$OUT/$stage.log" | grep -E '^(ok|not ok|skip) '; }
# What the guide says: its tables against the code, its code as it stands.
stage_guide() {
  local f
  for f in identifiers guide; do
    $OCTAVE tests/$f.m 2>&1 | tee -a "$OUT/$stage.log" | grep -E '^(ok|not ok|skip) '
    [ "${PIPESTATUS[0]}" = 0 ] || echo "not ok $f (ended badly)"
  done
}
stage_readme() { result readme-first-model bash tests/readme.sh; }

stage_examples() {
  local f
  for f in examples/*.m; do
    result "$(basename "$f" .m)" env HYBRIDSAM_QUICK=1 HYBRIDSAM_OUT="$PWD/$OUT" $OCTAVE "$f"
  done
}

stage_install() {
  result install-dist bash tests/install.sh dist
  result install-archive bash tests/install.sh archive
}

if [ "$1" = list ]; then
  echo "$STAGES"
  exit 0
fi
mkdir -p "$OUT"
rm -f "$OUT"/*.tap "$OUT"/*.log "$OUT"/summary
for stage in ${@:-$STAGES}; do
  begin=$SECONDS
  "stage_$stage" >"$OUT/$stage.tap"
  [ -s "$OUT/$stage.tap" ] || echo "not ok $stage (no result)" >"$OUT/$stage.tap"
  printf '%-14s %3d ok, %d not ok, %d s\n' "$stage" "$(grep -c '^ok' "$OUT/$stage.tap")" "$(grep -c '^not ok' "$OUT/$stage.tap")" $((SECONDS - begin))
  if grep -q '^not ok' "$OUT/$stage.tap"; then
    grep '^not ok' "$OUT/$stage.tap"
    tail -n 60 "$OUT/$stage.log"
  fi
done
passed=$(cat "$OUT"/*.tap | grep -c '^ok')
failed=$(cat "$OUT"/*.tap | grep -c '^not ok')
skipped=$(cat "$OUT"/*.tap | grep -c '^skip')
echo "$passed passed, $failed failed, $skipped skipped" | tee "$OUT/summary"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
