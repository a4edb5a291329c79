#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The first model of README.md, run as it stands; it must give the number that stands there.
top=$(cd "$(dirname "$0")/.." && pwd)
script=$(mktemp --suffix=.m)
trap 'rm -f "$script"' EXIT
{
  echo "addpath ('$top/octave', '$top/src'); graphics_toolkit gnuplot; set (0, 'defaultfigurevisible', 'off');"
  sed -n '/<!-- first model -->/,/^```$/p' "$top/README.md" | grep -v '^<!--\|^```\|pkg load'
  echo 'assert (strcmp (fit.info.status, "CONVERGED")); assert (fit.params.w2, 1.118, 0.02); disp ("first model ran");'
} >"$script"
octave-cli --norc -q --no-history "$script" | tee /dev/stderr | grep -q "first model ran"
