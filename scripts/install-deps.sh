#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages that building and testing need; only those that are missing.
#
# usage: scripts/install-deps.sh [--dev] [--list] [--help]
#
#   --dev   also the developers' tools: clang-tidy, clang-format, fuzzing, abidiff, benchmarks, ...
#   --list  print the packages and install nothing
#
# Works as root or through sudo, and does nothing where nothing is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

packages=(
  g++ cmake ninja-build pkg-config binutils git ca-certificates
  libhwy-dev libtbb-dev
  libcli11-dev nlohmann-json3-dev libspdlog-dev libzip-dev libpng-dev
  libhdf5-dev libmatio-dev libbz2-dev libraw-dev libtiff-dev libyaml-cpp-dev
  libgtest-dev python3 python3-numpy python3-h5py python3-scipy python3-yaml
)
dev_packages=(
  clang clang-tidy clang-format clang-tools libclang-rt-14-dev
  abigail-tools debootstrap valgrind shellcheck ccache libbenchmark-dev
)

list=false
for argument in "$@"; do
  case $argument in
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

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
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
