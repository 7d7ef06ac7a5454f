#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every figure that the project holds itself to, with its limit: ok or MISS (hours; a family takes minutes).
#
# usage: scripts/check.sh goals [FAMILY ...]
#
# Families; all of them where none is named:
#   operators     patches, adjoints and PtychoPINN's patches against the oracle, on random cases
#   groups        groups beside SciPy's cKDTree and FLANN, their share of a whole call, the same
#                 for any threads and shards (needs a machine that does nothing else)
#   registration  shifts of scenes with known truth against the Cramer-Rao bound (minutes)
#   motion        affine maps of scenes with known truth against the Cramer-Rao bound, objects that
#                 move (half an hour)
#   answers       whether registration's answers are ones: unrelated, periodic, smooth and spoiled
#                 pairs, photographs under noise (minutes; needs benchmarks/peers/install.sh)
#   registration-speed  registration beside scikit-image and OpenCV, its scratch
#   patches-speed patches beside the bandwidth limits and the Python peers, their memory; it and
#                 registration-speed need benchmarks/peers/install.sh and a machine that does
#                 nothing else
#   scan          extract and assemble on a real scan, through the command
#   scenes        align on scenes with known truth, real camera RAWs and files that are none
#   bad-input     what the command must refuse: exit 2, one sentence, no output file
#   cuda          that the library itself links nothing of CUDA's, what info says, registers of kernels,
#                 tests on a card (skipped where there is none)
#   sanitizers    the fast tests under the address and undefined behaviour sanitizers
#   format        clang-format
#   languages, lines, tidy  the parts of scripts/check.sh; languages with --here where this is not root
#
# PTYCHOPATCH_TEST_DATA names the folder of real scans (default: ../shared/data beside the tree).
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

all=(operators groups registration motion answers registration-speed patches-speed scan scenes bad-input cuda
  sanitizers format languages lines tidy)
families=()
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
  esac
  [[ " ${all[*]} " == *" $argument "* ]] || die "unknown family $argument; see --help"
  families+=("$argument")
done
((${#families[@]})) || families=("${all[@]}")

data=${PTYCHOPATCH_TEST_DATA:-$root/../shared/data}
release=$root/build/release
python_of_peers=$root/build/peers/bin/python
missed=()

# The release build, once, for the families that run it.
release_is_built=false
need_release() {
  $release_is_built && return
  configure release "$one_architecture"
  build_quietly release
  release_is_built=true
}

part() { bash "$root/scripts/lib/check/$1.sh" "${@:2}"; }

# count NAME VALUE: a count of faults, whose limit is 0.
count() {
  if [[ $2 == 0 ]]; then line "$1" 0 0 ok; else line "$1" "$2" 0 MISS; return 1; fi
}

operators() {
  need_release
  "$release/tests/goals/ptychopatch_goals"
}

groups() {
  need_release
  "$python" "$root/benchmarks/peers/groups.py" --library "$release/capi/libptychopatch.so"
}

registration() {
  need_release
  "$release/tests/goals/registration_goals"
}

motion() {
  need_release
  "$release/tests/goals/motion_goals"
}

answers() {
  have_peers "registration's answers" || return
  configure release -DPTYCHOPATCH_PYTHON=ON
  build_quietly release
  local name met=0
  for name in answers turned; do
    PYTHONPATH=$release/bindings/python "$python_of_peers" "$root/tests/goals/$name.py" || met=1
  done
  return "$met"
}

# Whether the peers are installed; a MISS of what is measured beside them where they are not.
have_peers() {
  [[ -x $python_of_peers ]] && return
  line "$1" "no $python_of_peers" "benchmarks/peers/install.sh" MISS
  return 1
}

registration_speed() {
  have_peers "registration beside its peers" || return
  need_release
  "$python_of_peers" "$root/benchmarks/peers/scenes.py" \
    --library "$release/capi/libptychopatch.so"
}

patches_speed() {
  have_peers "patches beside their peers" || return
  "$root/scripts/install-deps.sh" --dev
  configure release -DPTYCHOPATCH_BENCHMARKS=ON
  build_quietly release
  local met=0
  "$python" "$root/benchmarks/goals.py" --python "$python_of_peers" || met=1
  "$python_of_peers" "$root/benchmarks/peers/waves.py" \
    --library "$release/capi/libptychopatch.so" || met=1
  return "$met"
}

scan() {
  need_release
  "$python" "$root/tests/goals/real_scan.py" --command "$release/apps/ptychopatch" --data "$data"
}

scenes() {
  need_release
  "$python" "$root/tests/goals/scenes.py" --command "$release/apps/ptychopatch" --data "$data"
}

bad_input() {
  need_release
  "$python" "$root/tests/goals/bad_input.py" --command "$release/apps/ptychopatch"
}

cuda() {
  local linked module output faults=0
  need_release
  linked=$(ldd "$release/capi/libptychopatch.so" | grep -c -i -E 'libcu|nvidia' || true)
  count "CUDA libraries that libptychopatch.so links" "$linked" || faults=1
  "$release/apps/ptychopatch" info | sed -n 's/^  cuda: /info: cuda: /p'
  module=$(find "$release/capi/ptychopatch" -name 'libptychopatch_cuda1[23].so' 2> /dev/null | tail -n 1)
  if command -v nvcc > /dev/null || ((${#cuda_options[@]})); then
    if [[ -f $module ]]; then line "the module is built where there is nvcc" yes yes ok; else
      line "the module is built where there is nvcc" no yes MISS; faults=1; fi
    output=$(part cuda-registers) || faults=1
    tail -n 1 <<< "$output"
  else
    echo "no nvcc: the module is not built, its registers are not counted"
  fi
  [[ ! -f $module ]] || count "libraries of cuFFT that the module links" \
    "$(ldd "$module" | grep -c cufft || true)" || faults=1
  output=$(ctest --test-dir "$release" -R '^host_device_' -j "$jobs" --no-tests=error 2>&1) ||
    { printf '%s\n' "$output"; faults=1; }
  line "tests on the host as a device" "$(sed -n 's/ tests passed.*//p' <<< "$output")" 100% \
    "$([[ $output == *'100% tests passed'* ]] && echo ok || echo MISS)"
  output=$(ctest --test-dir "$release" -L gpu --no-tests=error 2>&1) ||
    { printf '%s\n' "$output"; faults=1; }
  echo "tests on a card: $(grep -c ' Passed ' <<< "$output" || true) passed," \
    "$(grep -c 'Skipped  ' <<< "$output" || true) skipped"
  if [[ -f $root/benchmarks/results/cuda.json ]]; then
    "$python" "$root/benchmarks/goals.py" --card "$root/benchmarks/results/cuda.json" || faults=1
  else
    echo "no figures of a card: none was there (docs/performance.md)"
  fi
  return "$faults"
}

sanitizers() {
  configure asan-ubsan
  build_quietly asan-ubsan
  local output
  output=$(ctest --test-dir "$root/build/asan-ubsan" -L fast -j "$jobs" --output-on-failure \
    --no-tests=error) && { count "fast tests that fail under the sanitizers" 0; return; }
  printf '%s\n' "$output"
  count "fast tests that fail under the sanitizers" \
    "$(sed -n 's/.* \([0-9]*\) tests failed out of .*/\1/p' <<< "$output")"
}

format() {
  local output faults
  output=$("$root/scripts/format.sh" --check 2>&1) &&
    { count "clang-format: places that differ" 0; return; }
  faults=$(grep -c 'error: code should be clang-formatted' <<< "$output") || die "$output"
  printf '%s\n' "$output" | grep 'error:' | cut -d: -f1 | sort | uniq -c
  count "clang-format: places that differ" "$faults"
}

languages() { if [[ $(id -u) == 0 ]]; then part languages; else part languages --here; fi; }

lines() { part lines; }

tidy() {
  local output faults
  output=$(part tidy 2>&1) && { count "clang-tidy: warnings" 0; return; }
  faults=$(grep -E '(warning|error): ' <<< "$output" | sort -u | wc -l)
  ((faults)) || die "$output"
  grep -E '(warning|error): ' <<< "$output" | sort -u
  count "clang-tidy: warnings" "$faults"
}

"$root/scripts/install-deps.sh"
for family in "${families[@]}"; do
  say "$family"
  "${family//-/_}" || missed+=("$family")
done

echo
((${#missed[@]} == 0)) || die "missed: ${missed[*]}"
echo "every goal is met"
