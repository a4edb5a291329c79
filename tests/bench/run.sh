#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: run.sh SCRIPT.m. Runs it in an Octave whose BLAS is the yardstick of the benchmarks: OpenBLAS, one thread, the fastest of its kernels.
# Where Octave has another BLAS, OpenBLAS is taken from the system, or fetched into build/ (apt-get download; nothing is installed). OpenBLAS
# falls back to SSE3 kernels on processors that are younger than it, hence the trial of its kernels. The choice is kept in build/bench/blas.env.
cd "$(dirname "$0")/../.." || exit 1
OCTAVE="octave-cli --norc -q --no-history"
KEPT=build/bench/blas.env
mkdir -p build/bench
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# The folder of an OpenBLAS that stands in for libblas.so.3, or nothing.
openblas() {
  local found
  found=$(ls -d /usr/lib/*/openblas-*/ build/openblas/usr/lib/*/openblas-*/ 2>/dev/null | grep serial | head -1)
  found=${found:-$(ls -d /usr/lib/*/openblas-*/ 2>/dev/null | head -1)}
  if [ -z "$found" ] && command -v apt-get >/dev/null; then
    mkdir -p build/openblas
    (cd build/openblas && apt-get download libopenblas0-serial && dpkg-deb -x libopenblas0-serial_*.deb .) >build/bench/blas.log 2>&1
    found=$(ls -d build/openblas/usr/lib/*/openblas-*/ 2>/dev/null | head -1)
  fi
  [ -n "$found" ] && (cd "$found" && pwd)
}

# GFlop/s of a product, 0 where these kernels do not run on this machine.
rate() {
  env ${1:+OPENBLAS_CORETYPE=$1} $OCTAVE tests/bench/dgemm_rate.m 2>/dev/null || echo 0
}

choose() {
  local path="" core best=0 now
  if [ "$($OCTAVE --eval 'disp (! isempty (strfind (version ("-blas"), "OpenBLAS")))' 2>/dev/null)" != 1 ]; then
    path=$(openblas)
  fi
  export LD_LIBRARY_PATH="$path${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  echo "export LD_LIBRARY_PATH='$LD_LIBRARY_PATH'"
  for core in "" Haswell Zen SkylakeX Cooperlake SapphireRapids; do
    now=$(rate "$core")
    if [ "$(echo "$now $best" | awk '{print ($1 > 1.05 * $2)}')" = 1 ]; then
      best=$now
      echo "OPENBLAS_CORETYPE='$core'"
    fi
  done
}

if [ ! -s $KEPT ]; then
  choose >$KEPT.part && mv $KEPT.part $KEPT
fi
mkoctfile --mex -O2 -Isrc -o build/bench/core_tanh.mex tests/bench/core_tanh.c build/mex/base/*.o build/mex/tape/*.o || exit 1
rm -f core_tanh.o
. $KEPT
if [ -n "$OPENBLAS_CORETYPE" ]; then export OPENBLAS_CORETYPE; fi
exec $OCTAVE "$@"
