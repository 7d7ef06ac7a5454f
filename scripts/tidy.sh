#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs clang-tidy over every source file of the release build; fails on any warning.
#
# usage: scripts/tidy.sh [--help] [REGEX]
#
#   REGEX  only the files whose path it matches (Python's regular expressions)
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

case ${1:-} in
  -h | --help) usage; exit 0 ;;
esac
command -v run-clang-tidy > /dev/null || die "no clang-tidy; run scripts/install-deps.sh --dev"

configure release
run-clang-tidy -quiet -j "$jobs" -p "$root/build/release" "${1:-$root/.*}"
