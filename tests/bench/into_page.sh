#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: into_page.sh NAME FILE. Puts FILE into doc/benchmarks.md between <!-- NAME --> and <!-- /NAME -->.
cd "$(dirname "$0")/../.." || exit 1
awk -v begin="<!-- $1 -->" -v end="<!-- /$1 -->" -v file="$2" '
  $0 == end { inside = 0 }
  !inside { print }
  $0 == begin { inside = found = 1; while ((getline line < file) > 0) print line }
  END { exit !found || inside }' doc/benchmarks.md >build/bench/page.md && mv build/bench/page.md doc/benchmarks.md
