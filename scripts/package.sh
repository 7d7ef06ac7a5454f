#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the Debian packages libptychopatch0, libptychopatch-dev, ptychopatch, and libptychopatch-cudaN where
# there is nvcc, in build/package; looks into them, and compiles the README's example against them. Each
# has a list of what it is made of, in SPDX, and the licences of what is compiled into it.
#
# usage: scripts/package.sh [--help] [CMAKE OPTION ...]
#
# -DPTYCHOPATCH_CUDA=OFF leaves the backend out, -DCMAKE_CUDA_ARCHITECTURES=90 makes it for one card.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$root/scripts/lib/packages.sh"

for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
    -D*) ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done

"$root/scripts/install-deps.sh"
install_packages dpkg-dev file libbenchmark-dev
folder=$root/build/package
# The same bytes from the same sources, whenever and wherever they are built.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2> /dev/null || echo 0)}
export SOURCE_DATE_EPOCH
configure release -B "$folder" -DCMAKE_INSTALL_PREFIX=/usr -DPTYCHOPATCH_TESTS=OFF \
  -DPTYCHOPATCH_BENCHMARKS=ON -DPTYCHOPATCH_PYTHON=OFF -DPTYCHOPATCH_PACKAGES=ON "$@"
output=$(cmake --build "$folder" --parallel "$jobs" 2>&1) || die "the build failed:"$'\n'"$output"
rm -f "$folder"/*.deb
output=$(cd "$folder" && cpack 2>&1) || die "cpack failed:"$'\n'"$output"

version=$(sed -n 's/^project(ptychopatch VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
file_of() { echo "$folder/${1}_${version}_$(dpkg --print-architecture).deb"; }
field() { dpkg-deb --field "$(file_of "$1")" "$2"; }
# expect PACKAGE PATTERN: a file whose path matches is in the package.
expect() {
  local contents
  contents=$(dpkg-deb --contents "$(file_of "$1")")
  grep -Eq "$2" <<< "$contents" || die "$1: no file like $2 is in it"
}
lib=usr/lib/$(gcc -print-multiarch)
expect libptychopatch0 "$lib/libptychopatch\\.so\\.0 -> "
expect libptychopatch-dev "$lib/libptychopatch\\.so -> "
expect libptychopatch-dev 'usr/include/ptychopatch/ptychopatch\.h$'
expect libptychopatch-dev "$lib/pkgconfig/ptychopatch\\.pc\$"
expect libptychopatch-dev "$lib/cmake/ptychopatch/ptychopatchConfig\\.cmake\$"
expect libptychopatch-dev "$lib/ptychopatch/fortran/ptychopatch\\.mod\$"
expect ptychopatch 'usr/bin/ptychopatch$'
for package in libptychopatch0 libptychopatch-dev ptychopatch; do
  expect "$package" "usr/share/doc/$package/copyright\$"
  expect "$package" "usr/share/doc/$package/$package\\.spdx\\.json\$"
done
[[ $(field libptychopatch0 Depends) == *libtbb* ]] || die "libptychopatch0 does not depend on oneTBB"
for package in libptychopatch-dev ptychopatch; do
  [[ $(field "$package" Depends) == *"libptychopatch0 (= $version)"* ]] ||
    die "$package: expected to depend on libptychopatch0 (= $version)"
done
# One for each major version of the toolkit.
for file in "$folder"/libptychopatch-cuda[0-9]*.deb; do
  [[ -f $file ]] || continue
  package=$(basename "${file%%_*}")
  # Where the library looks for it: the folder ptychopatch beside itself.
  expect "$package" "$lib/ptychopatch/libptychopatch_cuda${package##*cuda}\\.so\$"
  [[ $(field "$package" Recommends) == libcufft-[0-9]*-[0-9]* ]] ||
    die "$package does not recommend cuFFT"
  [[ $(field "$package" Depends) != *cuda* ]] ||
    die "$package: expected no dependence on CUDA's packages, got $(field "$package" Depends)"
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for package in libptychopatch0 libptychopatch-dev ptychopatch; do
  dpkg-deb --extract "$(file_of "$package")" "$work"
done
export PKG_CONFIG_PATH=$work/$lib/pkgconfig LD_LIBRARY_PATH=$work/$lib
# shellcheck disable=SC2046
gcc -std=c99 -o "$work/example" "$root/examples/extract.c" $(pkg-config --cflags --libs ptychopatch) -lm
"$work/example" > /dev/null
"$work/usr/bin/ptychopatch" --version
ls "$folder"/*.deb
