#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The files of a release, one a line: what git tracks, or outside git everything that is not built.
if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  git ls-files --cached --others --exclude-standard
else
  find . -type f ! -path './build/*' ! -path './inst/*' ! -name '*.mex' ! -name '*.o' ! -name '*.tar.gz' | sed 's|^\./||'
fi
