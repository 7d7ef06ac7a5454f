#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What takes longer than a change should wait.
#
# usage: scripts/test-long.sh [--help] [PART ...]
#
# Parts; all of them where none is named:
#   random         all tests of the release build with four times as many random cases
#   tsan           the fast tests under the thread sanitizer
#   fuzz           every fuzzer for FUZZ_SECONDS (default 60) or, where it is set, for FUZZ_RUNS
#                  executions, on FUZZ_CORPUS (build/corpus); then the fastest ones in turn until
#                  there are FUZZ_TOTAL executions in all (default 0); prints those of each and of all
#   format         clang-format
#   tidy, abi, ptx, fresh-machine  those of scripts/check.sh; the last needs root
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

# What limits one fuzzer's inputs, memory and time.
fuzz_limits() {
  echo -rss_limit_mb=2048 -malloc_limit_mb=512 -print_final_stats=1
  case $1 in
    fuzz_hdf5_built) echo -max_len=512 -timeout=30 ;;
    fuzz_npy) echo -max_len=2048 -timeout=30 ;;
    fuzz_mat | fuzz_npz) echo -max_len=8192 -timeout=30 ;;
    fuzz_image) echo -max_len=16500 -timeout=30 ;;
    fuzz_hdf5) echo -max_len=16384 -timeout=60 ;;
    *) echo -max_len=4096 -timeout=30 ;;
  esac
  if [[ -f $root/tests/fuzz/$1.dict ]]; then echo -dict="$root/tests/fuzz/$1.dict"; fi
}

# fuzz_one NAME FOLDER LIMIT: prints how many executions there were. A fuzzer that fails has found
# something.
fuzz_one() {
  local name=$1 folder=$2 log=$2/$1.log limits failed=0
  mkdir -p "$folder/$name" "$folder/seeds/$name"
  mapfile -t limits < <(fuzz_limits "$name" | tr ' ' '\n')
  (cd "$folder" && "$root/build/fuzz/tests/fuzz/$name" "${limits[@]}" "$3" "$name" "seeds/$name") \
    > "$log" 2>&1 || failed=1
  sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1
  return "$failed"
}

fuzz() {
  local folder=${FUZZ_CORPUS:-$root/build/corpus} wanted=${FUZZ_TOTAL:-0}
  local data=${PTYCHOPATCH_TEST_DATA:-$root/../shared/data}
  local limit=-max_total_time=${FUZZ_SECONDS:-60} fuzzer name runs total=0 found=()
  local -A executions=()
  configure fuzz
  build fuzz fuzzers
  local turns=()
  for fuzzer in "$root"/build/fuzz/tests/fuzz/fuzz_*; do
    if [[ -f $fuzzer && -x $fuzzer ]]; then turns+=("${fuzzer##*/}"); fi
  done
  ((${#turns[@]})) || die "the preset fuzz built no fuzzer"
  "$python" "$root/tests/fuzz/make_seeds.py" "$folder/seeds" "$data/ptycho"
  configure release
  build_quietly release ptychopatch_command
  "$python" "$root/tests/fuzz/make_image_seeds.py" "$folder/seeds" \
    "$root/build/release/apps/ptychopatch" "$data/raw"
  [[ -z ${FUZZ_RUNS:-} ]] || limit=-runs=$FUZZ_RUNS
  while ((${#turns[@]})); do
    for name in "${turns[@]}"; do
      runs=$(fuzz_one "$name" "$folder" "$limit") ||
        { found+=("$name"); tail -n 60 "$folder/$name.log"; }
      printf '%-24s %12d executions\n' "$name" "${runs:-0}"
      executions[$name]=$((${executions[$name]:-0} + ${runs:-0}))
      total=$((total + ${runs:-0}))
    done
    turns=()
    if ((${#found[@]} == 0 && total < wanted)); then
      mapfile -t turns < <(for name in "${!executions[@]}"; do
        echo "${executions[$name]} $name"
      done | sort -rn | head -n 3 | cut -d ' ' -f 2)
    fi
  done
  say "executions"
  for name in "${!executions[@]}"; do
    printf '%-24s %12d\n' "$name" "${executions[$name]}"
  done | sort
  printf '%-24s %12d\n' "in all" "$total"
  ((${#found[@]} == 0)) || die "findings of ${found[*]}; their inputs are in $folder"
}

"$root/scripts/install-deps.sh" --dev
for part in "${parts[@]}"; do
  case $part in
    random | tsan | fuzz) say "$part"; "$part" ;;
    format) say "$part"; "$root/scripts/format.sh" --check ;;
    *) "$root/scripts/check.sh" "$part" ;;
  esac
done
say "all of it passed: ${parts[*]}"
