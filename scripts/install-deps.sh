#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what building and testing need and what is missing: Debian packages, and from PyPI, into
# build/deps, the headers of DUCC0's FFT and nanobind, which the Python package is built with.
#
# usage: scripts/install-deps.sh [--docs] [--dev] [--cuda[=FOLDER]] [--gather] [--list] [--help]
#
#   --docs    also what the documentation's site is built with
#   --dev     all of that, and the developers' tools: clang-tidy, clang-format, fuzzing, bindgen, benchmarks, ...
#   --cuda    also the parts of the CUDA toolkit that the CUDA backend is built with, for a machine
#             without it: nvcc, the runtime, CCCL (CUB and Thrust) and cuFFT, of PyPI's packages by NVIDIA.
#             A card or driver is not needed to build. They lie in build/deps/cuda, where the project's
#             scripts find them; elsewhere (FOLDER) say -DCMAKE_CUDA_COMPILER=FOLDER/bin/nvcc to CMake.
#             To run on a card, the machine needs NVIDIA's driver, and for registration
#             libcufft.so.12, which lies in FOLDER/lib
#   --gather  also folders, in build/gathered, with what the library and the tests of its CUDA backend
#             are built with, for a machine that has a card, nvcc, CMake, Ninja or make, and g++, but no
#             registry; scripts/test-gpu.sh uses them there
#   --list    print the Debian packages and install nothing
#
# Works as root or through sudo, and does nothing where nothing is missing.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/pypi.sh
source "$root/scripts/lib/pypi.sh"

packages=(
  g++ gfortran cmake ninja-build pkg-config binutils abigail-tools git ca-certificates
  libhwy-dev libtbb-dev
  libcli11-dev nlohmann-json3-dev libspdlog-dev libzip-dev libpng-dev libcairo2-dev fonts-dejavu-core
  libhdf5-dev libmatio-dev libseccomp-dev zlib1g-dev libbz2-dev libraw-dev libtiff-dev libjpeg-dev libopenexr-dev
  libyaml-cpp-dev nettle-dev libkissfft-dev
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
  bindgen rustc debootstrap valgrind cppcheck shellcheck ccache libbenchmark-dev python3-matplotlib python3-torch
)

list=false cuda='' gather=false docs=false
for argument in "$@"; do
  case $argument in
    --docs) packages+=("${docs_packages[@]}"); docs=true ;;
    --dev) packages+=("${dev_packages[@]}"); docs=true ;;
    --cuda) cuda=$root/build/deps/cuda ;;
    --cuda=?*) cuda=${argument#*=} ;;
    --gather) gather=true ;;
    --list) list=true ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done
if $list; then
  printf '%s\n' "${packages[@]}"
  exit 0
fi

install_packages "${packages[@]}"
fetch_ducc
fetch_nanobind
! $docs || fetch_latex2mathml
[[ -z $cuda ]] || fetch_cuda "$cuda"
! $gather || "$root/scripts/lib/gather.sh"
echo "install-deps.sh: nothing is missing"
