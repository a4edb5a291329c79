#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Usage: rooms.sh TREE. A room includes doors of rooms below it and its own headers only; calls and headers that have one place stay there.
cd "$1" || exit 1
bad=0
say() {
  echo "$1"
  bad=1
}
order="base tape model solve learn mex"
below=""
for room in $order; do
  while IFS=: read -r file include; do
    target=${include%%/*}
    header=${include#*/}
    if [ "$target" = "$room" ]; then continue; fi
    case " $below " in
      *" $target "*) case "$header" in "$target.h" | ops.def | options.def) ;; *) say "$file includes $include, which is no door" ;; esac ;;
      *) say "$file includes $include, which is not below $room" ;;
    esac
  done < <(grep -Eo '^#include "[^"]*"' -r "src/$room" 2>/dev/null | sed 's/#include "\([^"]*\)"/\1/')
  below="$below $room"
done
forbid() { # PATTERN, REASON, FILES THAT MAY
  local hits
  hits=$(grep -nE "$1" -r src --include='*.c' --include='*.h' --include='*.def' --include=Makefile | grep -vE "$3")
  if [ -n "$hits" ]; then say "$2: $hits"; fi
}
forbid '(^|[^a-z_])(printf|fprintf|puts|putchar|perror|exit|abort|_Exit|rand|srand) *\(' 'the core prints, exits or draws' '^$'
forbid '#include *<mex' 'mex.h outside src/mex' '^src/mex/'
forbid 'mexErrMsg|mexPrintf|mexWarn' 'the gateway raises or prints' '^$'
forbid '#include *<(sundials|cvodes|nvector|sunmatrix|sunlinsol|sunnonlinsol)' 'SUNDIALS outside its place' '^src/solve/cvode_port.h'
forbid '#include *<mpi' 'mpi.h' '^$'
forbid '(^| )-march=native|-ffast-math|-Ofast' 'a flag that changes results or machines' '^$'
forbid '"/(home|usr|tmp|root|opt|work)/' 'an absolute path' '^$'
exit $bad
