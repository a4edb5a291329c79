#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# tests/rooms.sh must refuse each of these planted lines.
here=$(cd "$(dirname "$0")" && pwd)
top=$(dirname "$here")
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
status=0
plant() { # FILE LINE
  rm -rf "$tree/src"
  cp -r "$top/src" "$tree/src"
  echo "$2" >>"$tree/$1"
  if bash "$here/rooms.sh" "$tree" >/dev/null; then
    echo "not refused: $2 in $1"
    status=1
  fi
}
plant src/base/base.c '#include "tape/tape.h"'
plant src/model/model.c '#include "tape/program.h"'
plant src/tape/ops.c '#include "learn/learn.h"'
plant src/learn/sam.c 'static void f(void) { printf("x"); }'
plant src/solve/rk.c 'static void f(void) { exit(1); }'
plant src/learn/sam.c '#include <mex.h>'
plant src/solve/rk.c '#include <cvodes/cvodes.h>'
plant src/mex/read.c 'static void f(void) { mexErrMsgTxt("x"); }'
plant src/base/base.c '#include <mpi.h>'
plant src/Makefile 'CFLAGS += -march=native'
plant src/Makefile 'CFLAGS += -ffast-math'
plant src/base/base.c 'static const char *p = "/home/x";'
exit $status
