#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# make bench-peers. A package that the index does not deliver is left out, with its contestants.
cd "$(dirname "$0")/../../.." || exit 1
PYTHON=build/peers/bin/python
mkdir -p build/bench/peers
if [ ! -x $PYTHON ]; then
  python3 -m venv build/peers || { echo "make bench-peers needs python3 with venv"; exit 1; }
fi
while read -r package; do
  $PYTHON -m pip install -q "$package" || echo "not to be had from the package index: $package"
done <tests/bench/peers/requirements.txt
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 JAX_PLATFORMS=cpu CUDA_VISIBLE_DEVICES=
export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
$PYTHON tests/bench/peers/peers.py || exit 1
[ -n "$HYBRIDSAM_QUICK" ] || bash tests/bench/into_page.sh peers build/bench/peers.md
