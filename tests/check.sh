#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Every test, in stages: bash tests/check.sh [STAGE ...]   (bash tests/check.sh list)
# A stage prints TAP lines ("ok NAME", "not ok NAME", "skip NAME") to build/check/STAGE.tap and its talk to STAGE.log. A stage that ends
# badly without a "not ok" counts as one failure. The last line printed is "N passed, N failed, N skipped".

cd "$(dirname "$0")/.." || exit 1
OUT=build/check
OCTAVE="octave-cli --norc -q --no-history"
STAGES="format rooms warnings unit_gcc unit_clang unit_valgrind octave process help readme examples install"
SUNDIALS="-lsundials_cvodes -lsundials_nvecserial -lsundials_sunmatrixdense -lsundials_sunlinsoldense -lsundials_sunnonlinsolfixedpoint"
FLAGS="-std=c11 -fno-math-errno -Isrc -Itests/c -Wall -Wextra -Werror"

# result NAME COMMAND...: one test, by exit status
result() {
  local name=$1
  shift
  if "$@" >>"$OUT/$stage.log" 2>&1; then echo "ok $name"; else echo "not ok $name"; fi
}

stage_format() {
  result clang-format clang-format --dry-run -Werror $(find src tests/c -name '*.c' -o -name '*.h')
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
  for f in tests/c/test_*.c; do
    name=$(basename "$f" .c)
    if ! $cc $FLAGS "$@" -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=aligned_alloc -o "$dir/$name" "$f" tests/c/failing_alloc.c \
        "$dir"/*.o $SUNDIALS -lcmocka -lm >>"$OUT/$stage.log" 2>&1; then
      echo "not ok $name-build"
      continue
    fi
    CMOCKA_MESSAGE_OUTPUT=TAP $runner "$dir/$name" >"$dir/$name.tap" 2>>"$OUT/$stage.log"
    local status=$?
    cat "$dir/$name.tap" >>"$OUT/$stage.log"
    grep -E '^(ok|not ok) ' "$dir/$name.tap" | sed "s/^\(ok\|not ok\) [0-9]* - /\1 $name./"
    if [ $status -ne 0 ] && ! grep -q '^not ok' "$dir/$name.tap"; then echo "not ok $name-exit-$status"; fi
  done
}

stage_unit_gcc() { unit build/unit-gcc gcc "" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all; }
stage_unit_clang() { unit build/unit-clang clang "" -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all; }
stage_unit_valgrind() {
  HS_QUICK=1 unit build/unit-valgrind gcc "valgrind -q --leak-check=full --errors-for-leak-kinds=definite,possible --error-exitcode=9" -O1 -g
}

stage_octave() { $OCTAVE tests/run_octave_tests.m 2>&1 | tee -a "$OUT/$stage.log" | grep -E '^(ok|not ok|skip) '; }
# What only a process of its own can show.
stage_process() {
  result library-is-quiet bash tests/quiet.sh
  result interrupt-is-heard bash tests/interrupt.sh
  result killed-and-resumed bash tests/resume.sh
}

stage_help() { $OCTAVE tests/help.m 2>&1 | tee -a "$OUT/$stage.log" | grep -E '^(ok|not ok|skip) '; }
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
