#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# How long source files are: the median at most 120 lines, none above 400 (seconds).
#
# usage: scripts/check.sh lines
#
# Sources are what git tracks of C, C++, CUDA, Python, Fortran and Julia in the library, the command,
# bindings, tests and benchmarks, but for files that say in their first five lines that they are
# generated. Names those above the limit, and prints how many lines the product has, without tests and
# benchmarks.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac

median_limit=120 longest_limit=400
product=(src cuda capi include apps bindings)
endings=(c h cpp hpp inc cu cuh py f90 F90 jl)

# files FOLDER ...: every source there, as lines of its length and path.
files() {
  local specs=() folder ending
  for folder in "$@"; do
    for ending in "${endings[@]}"; do specs+=("$folder/*.$ending"); done
  done
  # shellcheck disable=SC2016
  git ls-files -z -- "${specs[@]}" | xargs -0 awk '
    FNR <= 5 && tolower($0) ~ /^[^a-z0-9]*generated (by|from) / { generated[FILENAME] }
    { length_of[FILENAME] = FNR }
    END { for (file in length_of) if (!(file in generated)) print length_of[file], file }'
}

verdict() { if (($1 <= $2)); then echo ok; else echo MISS; fi; }

cd "$root"
mapfile -t sorted < <(files "${product[@]}" tests benchmarks | sort -n)
count=${#sorted[@]}
((count)) || die "git lists no source: expected a clone of the project in $root"
# Of an even number of files, the longer of the two in the middle.
median=${sorted[count / 2]%% *}
long=()
for each in "${sorted[@]}"; do
  if ((${each%% *} > longest_limit)); then long+=("$each"); fi
done
for each in "${long[@]}"; do printf '%6d  %s\n' "${each%% *}" "${each#* }"; done
line "median length of $count source files" "$median" "$median_limit" "$(verdict "$median" "$median_limit")"
line "source files above $longest_limit lines" "${#long[@]}" 0 "$(verdict "${#long[@]}" 0)"
printf 'product code (%s): %d lines\n' "${product[*]}" \
  "$(files "${product[@]}" | awk '{ sum += $1 } END { print sum + 0 }')"
((median <= median_limit && ${#long[@]} == 0))
