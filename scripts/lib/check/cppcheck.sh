#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# cppcheck over every C and C++ source that git tracks (10 minutes; then what changed).
#
# usage: scripts/check.sh cppcheck [REGEX]
#
#   REGEX  only the sources whose path it matches (extended)
#
# What it says wrongly of this code is named, with the reason, in scripts/lib/check/cppcheck.suppressions.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac
"$root/scripts/install-deps.sh" --dev
cd "$root"
# What is included from them is looked at, too.
mapfile -t sources < <(git ls-files '*.c' '*.cpp' | grep -E "${1:-.}")
((${#sources[@]})) || die "git lists no source that matches ${1:-.}"
folder=$root/build/cppcheck
mkdir -p "$folder"
failed=0
printf '%s\n' "${sources[@]}" > "$folder/sources"
cppcheck --quiet -j "$jobs" --cppcheck-build-dir="$folder" --file-list="$folder/sources" --std=c++20 --std=c99 \
  --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
  --suppressions-list="$root/scripts/lib/check/cppcheck.suppressions" --library=posix \
  --template='{file}:{line}: {severity}: {message} [{id}]' \
  --include=scripts/lib/check/cppcheck-googletest.hpp -I include -I . -I src -I apps -I tests -D__x86_64__ -D__SSE2__ -D__linux__ -D__GNUC__=12 \
  2> "$folder/findings" || failed=1
sort -u "$folder/findings"
count=$(grep -c ': \(error\|warning\|performance\|portability\): ' "$folder/findings" || true)
line "cppcheck: findings in ${#sources[@]} sources" "$count" 0 "$( ((count + failed == 0)) && echo ok || echo MISS)"
((count + failed == 0))
