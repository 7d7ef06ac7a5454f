#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over every C and C++ source and the headers that they include (an hour; then what changed).
#
# usage: scripts/check.sh tidy [--again] [REGEX]
#
#   REGEX    only the sources whose path it matches (Python's regular expressions)
#   --again  also those that came out clean and have not changed since, with all that they include
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac
"$root/scripts/install-deps.sh" --dev

configure release -DPTYCHOPATCH_BENCHMARKS=ON -DPTYCHOPATCH_PYTHON=ON
# What the fuzzers are compiled with.
configure fuzz
exec "$python" "$root/scripts/lib/check/tidy.py" --build "$root/build/release" --build "$root/build/fuzz" \
  --jobs "$jobs" "$@"
