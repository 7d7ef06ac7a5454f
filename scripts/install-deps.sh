#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building and testing need and what is missing: Debian packages, and from PyPI, into
# build/deps, the headers of DUCC0's FFT and nanobind, which the Python package is built with.
#
# usage: scripts/install-deps.sh [--docs] [--dev] [--list] [--help]
#
#   --docs  also what the documentation's site is built with
#   --dev   all of that, and the developers' tools: clang-tidy, clang-format, fuzzing, bindgen, benchmarks, ...
#   --list  print the packages and install nothing
#
# Works as root or through sudo, and does nothing where nothing is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

packages=(
  g++ gfortran cmake ninja-build pkg-config binutils abigail-tools git ca-certificates
  libhwy-dev libtbb-dev
  libcli11-dev nlohmann-json3-dev libspdlog-dev libzip-dev libpng-dev
  libhdf5-dev zlib1g-dev libbz2-dev libraw-dev libtiff-dev libyaml-cpp-dev nettle-dev
  libgtest-dev libflann-dev liblz4-dev
  python3 python3-dev python3-numpy python3-h5py python3-scipy python3-yaml python3-pip
  python3-pytest python3-venv python3-pycparser
)
docs_packages=(
  doxygen python3-sphinx python3-breathe python3-myst-parser python3-sphinx-rtd-theme
)
dev_packages=(
  "${docs_packages[@]}"
  clang clang-tidy clang-format clang-tools libclang-rt-14-dev
  bindgen rustc debootstrap valgrind shellcheck ccache libbenchmark-dev python3-torch
)

list=false
for argument in "$@"; do
  case $argument in
    --docs) packages+=("${docs_packages[@]}") ;;
    --dev) packages+=("${dev_packages[@]}") ;;
    --list) list=true ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done
if $list; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

command -v apt-get > /dev/null ||
  die "this system has no apt-get; install by hand: ${packages[*]}"

ducc_version=0.42.0
ducc_folder=$root/build/deps/ducc0

# The source package is only unpacked: nothing of it is built or installed.
fetch_ducc() {
  [[ -f $ducc_folder/src/ducc0/fft/fft1d_impl.h ]] && return
  say "unpacking DUCC0 $ducc_version"
  local folder
  folder=$(mktemp -d)
  /usr/bin/python3 -m pip download -q --disable-pip-version-check --no-deps --no-binary ducc0 \
    -d "$folder" "ducc0==$ducc_version" || die "pip could not download ducc0 $ducc_version"
  mkdir -p "$ducc_folder"
  tar xzf "$folder/ducc0-$ducc_version.tar.gz" -C "$ducc_folder" --strip-components=1
  rm -rf "$folder"
}

nanobind_version=3.1.0
python_folder=$root/build/deps/python

fetch_nanobind() {
  [[ -d $python_folder/nanobind-$nanobind_version.dist-info ]] && return
  say "installing nanobind $nanobind_version"
  rm -rf "$python_folder"
  /usr/bin/python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-deps \
    --target "$python_folder" "nanobind==$nanobind_version" ||
    die "pip could not install nanobind $nanobind_version"
}

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  fetch_ducc
  fetch_nanobind
  echo "install-deps.sh: nothing is missing"
  exit 0
fi

as_root=()
if [[ $(id -u) != 0 ]]; then
  command -v sudo > /dev/null ||
    die "missing packages, and neither root nor sudo to install them: ${missing[*]}"
  as_root=(sudo)
fi
apt_get() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get "$@"; }

say "installing ${missing[*]}"
apt_get update -q || die "apt-get update failed: is this machine online?"
apt_get install -q -y --no-install-recommends "${missing[@]}" ||
  die "apt-get could not install: ${missing[*]}"
fetch_ducc
fetch_nanobind
