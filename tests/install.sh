#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: install.sh dist | archive. Install the release into an empty prefix with pkg, offline, and use it from another folder.
set -e
top=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$top"
if [ "$1" = dist ]; then
  make -s dist
  cp hybridsam-*.tar.gz "$tmp/package.tar.gz"
else
  git rev-parse HEAD >/dev/null 2>&1 || { echo "no git checkout: nothing to archive"; exit 0; }
  git archive --prefix=hybridsam/ -o "$tmp/package.tar.gz" HEAD
fi
cd "$tmp"
cat >use.m <<'END'
pkg ("prefix", [pwd "/prefix"], [pwd "/prefix"]);
pkg ("local_list", [pwd "/list"]);
pkg ("install", "package.tar.gz");
pkg load hybridsam
mkdir elsewhere; cd elsewhere
model = hybrid_model ("states", {"x"}, "params", struct ("k", 1), "nets", struct ("f", hybrid_net ([1 4 1])), ...
                      "rhs", @(t, x, u, p, nn) -p.k * x.x + nn.f (x.x));
t = (0:0.1:1)';
fit = hybrid_train (model, hybrid_data (t, exp (-2 * t)), "iterations", 5, "method", "sam", "display", "off");
assert (fit.info.status, "CONVERGED");
disp ("installed package works");
END
octave-cli --norc -q --no-history use.m | tee /dev/stderr | grep -q "installed package works"
