#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: keep.sh graph | data [MOST]. After `make fuzz`: of what was found, the MOST (40) inputs that together reach the most code become
# tests/fuzz/corpus/NAME/kept-*, in place of those of the last time. Seeds and inputs of old failures (any other name) stay.
set -e
cd "$(dirname "$0")/../.."
name=$1
most=${2:-40}
corpus=tests/fuzz/corpus/$name
control=$(mktemp)
trap 'rm -rf "$control" "$control.d"' EXIT
mkdir "$control.d"
rm -f "$control"
build/fuzz/"$name" -merge=1 -merge_control_file="$control" "$control.d" "$corpus" build/fuzz/found_"$name" >/dev/null 2>&1
rm -f "$corpus"/kept-*
# The control file lists the inputs, the smallest first, and for each number of an input the features it reaches. Those of the seeds are known.
awk -v most="$most" '
  /^(STARTED|COV) / { next }
  /^FT / { n = $2 + 0; for (i = 3; i <= NF; i++) feature[n] = feature[n] " " $i; count = n + 1; next }
  NR > 2 { file[files++] = $0 }
  function gain(n, take,    k, m, list, total) {
    m = split(feature[n], list, " ")
    for (k = 1; k <= m; k++) if (!(list[k] in seen)) { total++; if (take) seen[list[k]] }
    return total
  }
  END {
    for (n = 0; n < files; n++) if (file[n] ~ /corpus/ && file[n] !~ /kept-/) gain(n, 1)
    for (r = 0; r < most; r++) {
      best = -1; most_new = 0
      for (n = 0; n < files; n++) { new = gain(n, 0); if (new > most_new) { most_new = new; best = n } }
      if (best < 0) exit
      gain(best, 1)
      print file[best]
    }
  }' "$control" | while read -r input; do
  cp "$input" "$corpus/kept-$(sha1sum "$input" | cut -c1-10)"
done
ls "$corpus" | wc -l
