#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the library, its CUDA backend and their tests for one architecture, and runs the tests that
# need a card. It fails where there is no card: then every test would be skipped.
#
# usage: scripts/test-gpu.sh [--build-only] [ARCHITECTURE]
#
#   ARCHITECTURE  as CMake has it, 90 for H100 and H200 (default: native, the cards that are there)
#   --build-only  run nothing
#
# What scripts/gather-deps.sh has gathered in build/gathered is used where it is, and the system's
# packages else. The build is in build/gpu.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

architecture=native
build_only=false
for argument in "$@"; do
  case $argument in
    --build-only) build_only=true ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $argument; see --help" ;;
    *) architecture=$argument ;;
  esac
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
  -DPTYCHOPATCH_FORTRAN=OFF "${options[@]}"
cmake --build "$build" --parallel "$jobs" --target gpu_tests
$build_only && exit 0

output=$(ctest --test-dir "$build" -L gpu --output-on-failure --no-tests=error) ||
  { printf '%s\n' "$output"; die "tests on the card failed"; }
printf '%s\n' "$output"
grep -q ' Passed ' <<< "$output" || die "every test was skipped: there is no card that can be used"
