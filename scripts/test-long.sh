#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What takes longer than a change should wait.
#
# usage: scripts/test-long.sh [--help] [PART ...]
#
# Parts; all of them where none is named:
#   random         all tests of the release build with four times as many random cases
#   tsan           the fast tests under the thread sanitizer
#   format         clang-format
#   fuzz, tidy, abi, ptx, fresh-machine  those of scripts/check.sh; the last needs root
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

parts=()
for argument in "$@"; do
  case $argument in
    random | tsan | fuzz | format | tidy | abi | ptx | fresh-machine) parts+=("$argument") ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown part $argument; see --help" ;;
  esac
done
((${#parts[@]})) || parts=(random tsan fuzz format tidy abi ptx fresh-machine)

random() {
  configure release -DPTYCHOPATCH_LONG_TESTS=ON "$one_architecture"
  build release
  local failed=0
  ctest --test-dir "$root/build/release" -j "$jobs" --output-on-failure --no-tests=error || failed=1
  # The folder is test.sh's, too, whose tests are short.
  configure release -DPTYCHOPATCH_LONG_TESTS=OFF
  return "$failed"
}

tsan() {
  configure tsan
  build tsan
  ctest --test-dir "$root/build/tsan" -L fast -j "$jobs" --output-on-failure --no-tests=error
}

"$root/scripts/install-deps.sh" --dev
for part in "${parts[@]}"; do
  case $part in
    random | tsan) say "$part"; "$part" ;;
    format) say "$part"; "$root/scripts/format.sh" --check ;;
    *) "$root/scripts/check.sh" "$part" ;;
  esac
done
say "all of it passed: ${parts[*]}"
