#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What takes longer than a change should wait.
#
# usage: scripts/test-long.sh [--help] [PART ...]
#
# Parts; all of them where none is named:
#   tsan           the fast tests under the thread sanitizer
#   fuzz           every fuzzer for FUZZ_SECONDS (default 120), on FUZZ_CORPUS (build/corpus)
#   format         clang-format
#   tidy           clang-tidy
#   abi            the ABI against that of the last release
#   fresh-machine  the README's two commands on a bare Debian 12 (root only)
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

parts=()
for argument in "$@"; do
  case $argument in
    tsan | fuzz | format | tidy | abi | fresh-machine) parts+=("$argument") ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown part $argument; see --help" ;;
  esac
done
((${#parts[@]})) || parts=(tsan fuzz format tidy abi fresh-machine)

tsan() {
  configure tsan
  build tsan
  ctest --test-dir "$root/build/tsan" -L fast -j "$jobs" --output-on-failure --no-tests=error
}

fuzz() {
  local fuzzer corpus found=0
  configure fuzz
  build fuzz
  for fuzzer in "$root"/build/fuzz/tests/fuzz/fuzz_*; do
    [[ -f $fuzzer && -x $fuzzer ]] || continue
    found=1
    say "${fuzzer##*/}"
    corpus=${FUZZ_CORPUS:-$root/build/corpus}/${fuzzer##*/}
    mkdir -p "$corpus"
    # What crashes is written beside the corpus.
    (cd "$corpus/.." &&
      "$fuzzer" -max_total_time="${FUZZ_SECONDS:-120}" -timeout=30 -print_final_stats=1 "$corpus")
  done
  ((found)) || die "the preset fuzz built no fuzzer"
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

fresh_machine() { "$root/scripts/check-fresh-machine.sh"; }

"$root/scripts/install-deps.sh" --dev
for part in "${parts[@]}"; do
  say "$part"
  "${part//-/_}"
done
say "all of it passed: ${parts[*]}"
