#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What needs a card, in parts of less than ten minutes each on 16 cores. What was tested is the build of
# the last `build`. Fails where there is no card: then every test would be skipped.
#
# usage: scripts/test-gpu.sh [--help] [--architecture NN] [--results FOLDER] [PART ...]
#
# Parts; all of them, in this order, where none is named:
#   build     the library, its CUDA backend, their tests and the benchmark suite
#   bench     the suite on the first card; its report and page go to FOLDER (default: build/gpu/results)
#   test      every test of the label gpu, a soak of a thousand scenes among them
#   sanitize  a short list of tests under compute-sanitizer: memcheck, racecheck and initcheck
#
#   --architecture NN  as CMake has it, 90 for H100 and H200 (default: native, the cards that are there)
#
# What scripts/install-deps.sh --gather has left in build/gathered is used where it is, and the system's
# packages else. The build is in build/gpu; what each part printed is in its folder `logs`.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

architecture=native
build=$root/build/gpu
results=$build/results
parts=()
while (($#)); do
  case $1 in
    build | bench | test | sanitize) parts+=("$1") ;;
    --architecture) architecture=${2:?--architecture needs a number} && shift ;;
    --results) results=${2:?--results needs a folder} && shift ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $1; see --help" ;;
  esac
  shift
done
((${#parts[@]})) || parts=(build bench test sanitize)

options=()
gathered=$root/build/gathered
if [[ -d $gathered ]]; then
  libraries=$gathered/usr/lib/x86_64-linux-gnu
  export PATH=$PATH:$gathered/usr/bin
  export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$libraries
  export PKG_CONFIG_LIBDIR=$libraries/pkgconfig PKG_CONFIG_SYSROOT_DIR=$gathered
  options+=(-DCMAKE_PREFIX_PATH="$gathered/usr" -DDUCC0_INCLUDE_DIR="$gathered/ducc0"
    -DCMAKE_LIBRARY_ARCHITECTURE=x86_64-linux-gnu)
  command -v pkg-config > /dev/null || options+=(-DPKG_CONFIG_EXECUTABLE="$gathered/usr/bin/pkgconf")
fi
part_build() {
  ! command -v ninja > /dev/null || options+=(-G Ninja)
  cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DPTYCHOPATCH_CUDA=ON \
    -DCMAKE_CUDA_ARCHITECTURES="$architecture" -DPTYCHOPATCH_THREADS=std -DPTYCHOPATCH_APPS=OFF \
    -DPTYCHOPATCH_FORTRAN=OFF -DPTYCHOPATCH_BENCHMARKS=ON "${cuda_options[@]}" "${options[@]}"
  cmake --build "$build" --parallel "$jobs" --target gpu_tests ptychopatch_bench ptychopatch_bench_cuda
}

part_bench() {
  mkdir -p "$results"
  PPATCH_BACKEND_DIR=$build/capi/ptychopatch "$build/benchmarks/ptychopatch-bench" --device cuda:0 \
    --json "$results/cuda.json" --html "$results/cuda.html"
}

part_test() {
  local output
  output=$(ctest --test-dir "$build" -L gpu --output-on-failure --no-tests=error) ||
    { printf '%s\n' "$output"; die "tests on the card failed"; }
  printf '%s\n' "$output"
  grep -q ' Passed ' <<< "$output" || die "every test was skipped: there is no card that can be used"
}

# on_card PROGRAM [ARGUMENT ...]: a test program as ctest runs it under the label gpu.
on_card() {
  PTYCHOPATCH_TEST_BACKEND=cuda \
    PTYCHOPATCH_TEST_DEVICE_MEMORY=$build/tests/cuda/libtest_device_memory.so \
    "${sanitizer[@]}" "$@"
}

part_sanitize() {
  command -v compute-sanitizer > /dev/null || die "there is no compute-sanitizer"
  local tool
  for tool in memcheck racecheck initcheck; do
    say "compute-sanitizer: $tool"
    sanitizer=(compute-sanitizer --tool "$tool" --error-exitcode 1)
    on_card "$build/tests/cuda/cuda_parity_test" --gtest_filter='*c64*'
    on_card "$build/tests/cuda/cuda_group_parity_test"
    on_card "$build/tests/cuda/cuda_pair_parity_test"
    PTYCHOPATCH_TEST_SCENES=2 on_card "$build/tests/cuda/cuda_scene_soak_test"
  done
}

for part in "${parts[@]}"; do
  [[ $part == build || -f $build/CMakeCache.txt ]] || die "nothing is built: scripts/test-gpu.sh build"
  mkdir -p "$build/logs"
  say "$part"
  "part_$part" 2>&1 | tee "$build/logs/$part.txt"
done
