#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Gives a machine without the CUDA toolkit the parts of it that the CUDA backend is built with: nvcc,
# the runtime, CCCL (CUB and Thrust) and cuFFT, of PyPI's packages by NVIDIA. A card or driver is not
# needed to build.
#
# usage: scripts/install-cuda.sh [--help] [FOLDER]
#
#   FOLDER  where the toolkit is to lie (default: build/deps/cuda, where the project's scripts find it;
#           elsewhere say -DCMAKE_CUDA_COMPILER=FOLDER/bin/nvcc to CMake)
#
# Nothing is done where FOLDER has them already. To run on a card, the machine needs NVIDIA's driver,
# and for registration libcufft.so.12, which lies in FOLDER/lib.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

folder=$root/build/deps/cuda
for argument in "$@"; do
  case $argument in
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $argument; see --help" ;;
    *) folder=$argument ;;
  esac
done

# Of one release of the toolkit.
packages=(
  nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88
  nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85 nvidia-cufft==12.0.0.61
)

if [[ -x $folder/bin/nvcc && -e $folder/lib/libcufft.so.12 ]]; then
  echo "install-cuda.sh: $folder has a toolkit already"
  exit 0
fi
[[ $(uname -m) == x86_64 ]] || die "these packages are for x86-64; this machine is $(uname -m)"
[[ ! -e $folder ]] || die "$folder is there, but holds no toolkit: expected it to be missing"

say "installing ${packages[*]}"
part=$folder.part
rm -rf "$part"
/usr/bin/python3 -m pip install -q --disable-pip-version-check --root-user-action=ignore --no-deps \
  --only-binary :all: --target "$part" "${packages[@]}" || die "pip could not install the toolkit"
# The packages put their files under nvidia/cu13; nvcc wants its libraries in lib64 and a name each
# without a version.
toolkit=$part/nvidia/cu13
[[ -x $toolkit/bin/nvcc ]] || chmod -R +x "$toolkit/bin" "$toolkit/nvvm/bin"
ln -s lib "$toolkit/lib64"
for library in "$toolkit"/lib/lib*.so.*; do
  name=${library##*/}
  [[ -e ${library%%.so.*}.so ]] || ln -s "$name" "${library%%.so.*}.so"
done
mkdir -p "$(dirname "$folder")"
mv "$toolkit" "$folder"
rm -rf "$part"
"$folder/bin/nvcc" --version | tail -n 2
