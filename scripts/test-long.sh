#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What takes longer than a change should wait: thread sanitizer, clang-tidy, and the ABI against the
# last release.
#
# usage: scripts/test-long.sh [--help] [PART ...]
#
# Parts; all of them where none is named: tsan, format, tidy, abi
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

parts=()
for argument in "$@"; do
  case $argument in
    tsan | format | tidy | abi) parts+=("$argument") ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown part $argument; see --help" ;;
  esac
done
((${#parts[@]})) || parts=(tsan format tidy abi)

tsan() {
  configure tsan
  build tsan
  ctest --test-dir "$root/build/tsan" -L fast -j "$jobs" --output-on-failure --no-tests=error
}

format() { "$root/scripts/format.sh" --check; }

tidy() { "$root/scripts/tidy.sh"; }

abi() {
  local baseline=$root/tests/abi/baseline.abi
  if [[ ! -f $baseline ]]; then
    echo "no release yet, so no $baseline to compare with"
    return
  fi
  configure release
  build release ptychopatch
  abidiff --headers-dir2 "$root/include" "$baseline" "$root/build/release/capi/libptychopatch.so"
}

"$root/scripts/install-deps.sh" --dev
for part in "${parts[@]}"; do
  say "$part"
  "$part"
done
say "all of it passed: ${parts[*]}"
