#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What takes longer than a change should wait.
#
# usage: scripts/test-long.sh [--help] [PART ...]
#
# Parts; all of them where none is named:
#   tsan           the fast tests under the thread sanitizer
#   fuzz           every fuzzer for FUZZ_SECONDS (default 60), on FUZZ_CORPUS (build/corpus); for
#                  FUZZ_TOTAL seconds in all (3600: an hour) or for FUZZ_RUNS executions each where
#                  those are set; prints the executions of each and of all
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

# What limits one fuzzer's inputs, memory and time. The HDF5 library, which runs in a process of its
# own, is given up there after seconds for each question.
fuzz_limits() {
  echo -rss_limit_mb=2048 -malloc_limit_mb=512 -print_final_stats=1
  case $1 in
    fuzz_npy) echo -max_len=2048 -timeout=30 ;;
    fuzz_mat | fuzz_npz) echo -max_len=8192 -timeout=30 ;;
    fuzz_hdf5) echo -max_len=24576 -timeout=60 ;;
    *) echo -max_len=4096 -timeout=30 ;;
  esac
  if [[ -f $root/tests/fuzz/$1.dict ]]; then echo -dict="$root/tests/fuzz/$1.dict"; fi
}

fuzz() {
  local folder=${FUZZ_CORPUS:-$root/build/corpus} seconds=${FUZZ_SECONDS:-60}
  local fuzzer name log runs total=0 fuzzers=() limits=() found=()
  configure fuzz
  build fuzz fuzzers
  for fuzzer in "$root"/build/fuzz/tests/fuzz/fuzz_*; do
    if [[ -f $fuzzer && -x $fuzzer ]]; then fuzzers+=("$fuzzer"); fi
  done
  ((${#fuzzers[@]})) || die "the preset fuzz built no fuzzer"
  [[ -z ${FUZZ_TOTAL:-} ]] || seconds=$((FUZZ_TOTAL / ${#fuzzers[@]}))
  "$python" "$root/tests/fuzz/make_seeds.py" "$folder/seeds" \
    "${PTYCHOPATCH_TEST_DATA:-$root/../shared/data}/ptycho"
  for fuzzer in "${fuzzers[@]}"; do
    name=${fuzzer##*/}
    log=$folder/$name.log
    mkdir -p "$folder/$name" "$folder/seeds/$name"
    mapfile -t limits < <(fuzz_limits "$name" | tr ' ' '\n')
    if [[ -n ${FUZZ_RUNS:-} ]]; then
      limits+=(-runs="$FUZZ_RUNS")
    else
      limits+=(-max_total_time="$seconds")
    fi
    # What crashes is written beside the corpus; so is what the HDF5 library dies of in its process,
    # which is no finding.
    (cd "$folder" && "$fuzzer" "${limits[@]}" "$name" "seeds/$name") > "$log" 2>&1 ||
      { found+=("$name"); tail -n 60 "$log"; }
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    printf '%-24s %12d executions\n' "$name" "${runs:-0}"
    total=$((total + ${runs:-0}))
  done
  printf '%-24s %12d executions\n' "in all" "$total"
  ((${#found[@]} == 0)) || die "findings of ${found[*]}; their inputs are in $folder"
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
