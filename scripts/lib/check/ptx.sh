#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Device tests on the PTX of the CUDA backend, and what its kernels do, on the host (two hours; needs the runner).
#
# usage: scripts/check.sh ptx [--arch NN] [REGEX]
#
#   REGEX      only the tests whose names it matches (Python's regular expressions)
#   --arch NN  the PTX of that compute capability (default: the newest that the build ships)
#
# Without REGEX and --arch, besides:
#   - the tests of equal results and of functions run on the PTX of the oldest card and of compute capability 9;
#   - a wait, an event or a synchronisation is left out by the runner: some test must fail of each;
#   - what the kernels do is counted and held against its limits: instructions, sectors, and the time that they
#     would take by the runner's model of a card.
#
# What runs PTX on the host is looked for in the folder PTYCHOPATCH_PTX, or in ../shared/ptx beside the
# tree; it and nvcc 13 are needed, else this says so and passes. Each test runs with three values of
# PTYCHOPATCH_TEST_SEED, which orders threads, blocks and streams; PTYCHOPATCH_TEST_SEED, where it is set,
# is the only one.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

arch=() regex=()
while (($#)); do
  case $1 in
    --arch) arch=(--arch "${2:?--arch needs a number}"); shift ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $1; see --help" ;;
    *) regex=("$1") ;;
  esac
  shift
done

skip() { echo "skipped: $*"; exit 0; }

ptx=${PTYCHOPATCH_PTX:-$root/../shared/ptx}
[[ -x $ptx/ptx-build ]] || skip "there is no $ptx/ptx-build (PTYCHOPATCH_PTX names its folder)"
command -v nvcc > /dev/null || ((${#cuda_options[@]})) ||
  skip "there is no nvcc (scripts/install-deps.sh --cuda installs one)"

configure release -DPTYCHOPATCH_CUDA=ON -DPTYCHOPATCH_PYTHON=ON "$one_architecture"
build_quietly release gpu_tests ptychopatch_python
out=$root/build/ptx
"$ptx/ptx-build" "${arch[@]}" "$root" "$root/build/release" "$out"
failed=()
export PTX_DEVICES=2
for seed in ${PTYCHOPATCH_TEST_SEED:-1 2 3}; do
  say "seed $seed"
  export PTYCHOPATCH_TEST_SEED=$seed
  # The runner counts GoogleTest's tests alone.
  "$ptx/ptx-suite" --skip gpu_python "$out" "$root/build/release" "${regex[@]}" || failed+=("seed $seed")
  ((${#regex[@]} == 0)) || continue
  PYTHONPATH=$root/build/release/bindings/python "$ptx/ptx-run" "$out" "$python" -m pytest -q \
    -p no:cacheprovider "$root/tests/cuda/python" || failed+=("seed $seed, Python")
done
missed=false
if ((${#regex[@]} + ${#arch[@]} == 0)); then
  for older in 75 90; do
    say "compute capability $older"
    "$ptx/ptx-build" --arch "$older" "$root" "$root/build/release" "$out-$older"
    "$ptx/ptx-suite" --skip gpu_python "$out-$older" "$root/build/release" 'parity|functions' ||
      failed+=("compute capability $older")
  done
  for left_out in wait event sync; do
    say "without each $left_out: a test must fail"
    ! PTX_BREAK=$left_out "$ptx/ptx-suite" --skip gpu_python "$out" "$root/build/release" \
      'parity|streams|arrays|soak' || failed+=("nothing, where each $left_out is left out")
  done
  say "what kernels do: a model, no measurement"
  "$python" "$root/scripts/lib/device_work.py" "$ptx" "$out" "$root/build/release" || missed=true
fi
((${#failed[@]} == 0)) || die "failed: ${failed[*]}"
! $missed || die "kernels do more than their limits"
