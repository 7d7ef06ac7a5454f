#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs clang-tidy over every C and C++ source of the tree and the headers that they include: library,
# command, examples, tests, fuzzers and benchmarks. Fails on any finding.
#
# usage: scripts/tidy.sh [--help] [--again] [REGEX]
#
#   REGEX    only the sources whose path it matches (Python's regular expressions)
#   --again  also those that came out clean and have not changed since, with all that they include
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac
for tool in clang clang-tidy; do
  command -v "$tool" > /dev/null || die "no $tool; run scripts/install-deps.sh --dev"
done

configure release -DPTYCHOPATCH_BENCHMARKS=ON -DPTYCHOPATCH_PYTHON=ON
# What the fuzzers are compiled with.
configure fuzz
exec "$python" "$root/scripts/tidy.py" --build "$root/build/release" --build "$root/build/fuzz" \
  --jobs "$jobs" "$@"
