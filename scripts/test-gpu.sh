#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the library, its CUDA backend, their tests and the benchmark suite for one architecture, and
# runs what needs a card, a soak of a thousand scenes among it. It fails where there is no card: then
# every test would be skipped.
#
# usage: scripts/test-gpu.sh [OPTION ...] [ARCHITECTURE]
#
#   ARCHITECTURE    as CMake has it, 90 for H100 and H200 (default: native, the cards that are there)
#   --build-only    run nothing
#   --sanitize      besides the tests, a short list of them under compute-sanitizer: memcheck,
#                   racecheck and initcheck
#   --bench FOLDER  after the tests the benchmark suite, its report and page left in FOLDER
#
# What scripts/install-deps.sh --gather has left in build/gathered is used where it is, and the system's
# packages else. The build is in build/gpu.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

architecture=native
build_only=false
sanitize=false
bench=
while (($#)); do
  case $1 in
    --build-only) build_only=true ;;
    --sanitize) sanitize=true ;;
    --bench) bench=${2:?--bench needs a folder} && shift ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $1; see --help" ;;
    *) architecture=$1 ;;
  esac
  shift
done

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
if command -v ninja > /dev/null; then options+=(-G Ninja); fi

build=$root/build/gpu
cmake -S "$root" -B "$build" -DCMAKE_BUILD_TYPE=Release -DPTYCHOPATCH_CUDA=ON \
  -DCMAKE_CUDA_ARCHITECTURES="$architecture" -DPTYCHOPATCH_THREADS=std -DPTYCHOPATCH_APPS=OFF \
  -DPTYCHOPATCH_FORTRAN=OFF -DPTYCHOPATCH_BENCHMARKS=ON "${cuda_options[@]}" "${options[@]}"
cmake --build "$build" --parallel "$jobs" --target gpu_tests ptychopatch_bench ptychopatch_bench_cuda
$build_only && exit 0

output=$(ctest --test-dir "$build" -L gpu --output-on-failure --no-tests=error) ||
  { printf '%s\n' "$output"; die "tests on the card failed"; }
printf '%s\n' "$output"
grep -q ' Passed ' <<< "$output" || die "every test was skipped: there is no card that can be used"

# on_card PROGRAM [ARGUMENT ...]: a test program as ctest runs it under the label gpu.
on_card() {
  PTYCHOPATCH_TEST_BACKEND=cuda \
    PTYCHOPATCH_TEST_DEVICE_MEMORY=$build/tests/cuda/libtest_device_memory.so \
    "${sanitizer[@]}" "$@"
}

if $sanitize; then
  command -v compute-sanitizer > /dev/null || die "there is no compute-sanitizer"
  for tool in memcheck racecheck initcheck; do
    say "compute-sanitizer: $tool"
    sanitizer=(compute-sanitizer --tool "$tool" --error-exitcode 1)
    on_card "$build/tests/cuda/cuda_parity_test" --gtest_filter='*c64*'
    on_card "$build/tests/cuda/cuda_group_parity_test"
    on_card "$build/tests/cuda/cuda_pair_parity_test"
    PTYCHOPATCH_TEST_SCENES=2 on_card "$build/tests/cuda/cuda_scene_soak_test"
  done
fi
if [[ -n $bench ]]; then
  mkdir -p "$bench"
  PPATCH_BACKEND_DIR=$build/capi/ptychopatch "$build/benchmarks/ptychopatch-bench" --device cuda:0 \
    --json "$bench/cuda.json" --html "$bench/cuda.html"
fi
