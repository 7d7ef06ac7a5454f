#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The fuzzers of the C API and of every file parser, by libFuzzer under sanitizers (20 minutes; --executions).
#
# usage: scripts/check.sh fuzz [--seconds S] [--runs N] [--executions N] [--corpus FOLDER] [--minimise]
#                              [NAME ...]
#
#   NAME            only these fuzzers: fuzz_npy, ...
#   --seconds S     for each (FUZZ_SECONDS, 60)
#   --runs N        in place of a time, so many executions of each (FUZZ_RUNS)
#   --executions N  then the fastest ones in turn until there are so many in all (FUZZ_TOTAL, 0)
#   --corpus        where inputs that reach something new are kept (FUZZ_CORPUS, build/corpus)
#   --minimise      in the end, of each corpus only the inputs that reach what the others do not
#
# Prints the executions of each and of all.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

seconds=${FUZZ_SECONDS:-60} runs=${FUZZ_RUNS:-} wanted=${FUZZ_TOTAL:-0} minimise=false names=()
folder=${FUZZ_CORPUS:-$root/build/corpus}
while (($#)); do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number}; shift ;;
    --runs) runs=${2:?--runs needs a number}; shift ;;
    --executions) wanted=${2:?--executions needs a number}; shift ;;
    --corpus) folder=${2:?--corpus needs a folder}; shift ;;
    --minimise) minimise=true ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $1; see --help" ;;
    *) names+=("$1") ;;
  esac
  shift
done
"$root/scripts/install-deps.sh" --dev

# What limits one fuzzer's inputs, memory and time.
limits_of() {
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

fuzzer() { echo "$root/build/fuzz/tests/fuzz/$1"; }

# fuzz_one NAME LIMIT: leaves its executions in NAME.count. A fuzzer that fails has found something.
fuzz_one() {
  local name=$1 log=$folder/$1.log limits count
  mkdir -p "$folder/$name" "$folder/seeds/$name"
  rm -f "$folder/$name.found"
  mapfile -t limits < <(limits_of "$name" | tr ' ' '\n')
  (cd "$folder" && "$(fuzzer "$name")" "${limits[@]}" "$2" "$name" "seeds/$name") > "$log" 2>&1 ||
    touch "$folder/$name.found"
  count=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  echo "${count:-0}" > "$folder/$name.count"
}

export root folder
export -f limits_of fuzzer fuzz_one

# Of equal reach, the smaller input is kept.
minimise_one() {
  local name=$1 before limits
  mapfile -t limits < <(limits_of "$name" | tr ' ' '\n')
  before=$(find "$folder/$name" -type f | wc -l)
  rm -rf "$folder/$name.small"
  mkdir "$folder/$name.small"
  (cd "$folder" && "$(fuzzer "$name")" "${limits[@]}" -merge=1 "$name.small" "$name") \
    > "$folder/$name.log" 2>&1 || { tail -n 20 "$folder/$name.log"; return 1; }
  rm -rf "${folder:?}/$name"
  mv "$folder/$name.small" "$folder/$name"
  printf '%-24s %6d inputs of %6d remain\n' "$name" "$(find "$folder/$name" -type f | wc -l)" "$before"
}

configure fuzz
build fuzz fuzzers
if ((${#names[@]} == 0)); then
  for each in "$root"/build/fuzz/tests/fuzz/fuzz_*; do
    if [[ -f $each && -x $each ]]; then names+=("${each##*/}"); fi
  done
fi
((${#names[@]})) || die "the preset fuzz built no fuzzer"
data=${PTYCHOPATCH_TEST_DATA:-$root/../shared/data}
"$python" "$root/tests/fuzz/make_seeds.py" "$folder/seeds" "$data/ptycho"
configure release
build_quietly release ptychopatch_command
"$python" "$root/tests/fuzz/make_image_seeds.py" "$folder/seeds" "$root/build/release/apps/ptychopatch" \
  "$data/raw"

limit=-max_total_time=$seconds
[[ -z $runs ]] || limit=-runs=$runs
total=0 found=() turns=("${names[@]}")
declare -A executions=()
while ((${#turns[@]})); do
  # One at a time on each processor.
  # shellcheck disable=SC2016
  printf '%s\n' "${turns[@]}" | xargs -P "$jobs" -I NAME bash -c 'fuzz_one NAME "$0"' "$limit"
  for name in "${turns[@]}"; do
    count=$(<"$folder/$name.count")
    [[ ! -e $folder/$name.found ]] || { found+=("$name"); tail -n 60 "$folder/$name.log"; }
    printf '%-24s %12d executions\n' "$name" "$count"
    executions[$name]=$((${executions[$name]:-0} + count))
    total=$((total + count))
  done
  turns=()
  if ((${#found[@]} == 0 && total < wanted)); then
    mapfile -t turns < <(for name in "${!executions[@]}"; do
      echo "${executions[$name]} $name"
    done | sort -rn | head -n "$((2 * jobs))" | cut -d ' ' -f 2)
  fi
done
say "executions"
for name in "${!executions[@]}"; do
  printf '%-24s %12d\n' "$name" "${executions[$name]}"
done | sort
line "fuzz: findings, of $total executions" "${#found[@]}" 0 "$( ((${#found[@]})) && echo MISS || echo ok)"
if $minimise && ((${#found[@]} == 0)); then
  for name in "${names[@]}"; do minimise_one "$name"; done
fi
((${#found[@]} == 0)) || die "findings of ${found[*]}; their inputs are in $folder"
