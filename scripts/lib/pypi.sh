# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# Sourced, after common.sh: what PyPI has and Debian has not, in build/deps. Nothing is done for what is
# there already.

pip() { /usr/bin/python3 -m pip "$@" -q --disable-pip-version-check --no-deps; }

# pip_install FOLDER PACKAGE ...: into a folder of its own.
pip_install() {
  local folder=$1
  shift
  say "installing $*"
  pip install --root-user-action=ignore --target "$folder" "$@" || die "pip could not install $*"
}

# The source package is only unpacked: nothing of it is built or installed.
fetch_ducc() {
  local package=ducc0==0.42.0 target=$root/build/deps/ducc0 folder
  [[ ! -f $target/src/ducc0/fft/fft1d_impl.h ]] || return 0
  say "unpacking $package"
  folder=$(mktemp -d)
  pip download --no-binary ducc0 -d "$folder" "$package" || die "pip could not download $package"
  mkdir -p "$target"
  tar xzf "$folder"/ducc0-*.tar.gz -C "$target" --strip-components=1
  rm -rf "$folder"
}

fetch_nanobind() {
  local version=3.1.0 target=$root/build/deps/python
  [[ ! -d $target/nanobind-$version.dist-info ]] || return 0
  rm -rf "$target"
  pip_install "$target" "nanobind==$version"
}

# Formulas of the documentation's site.
fetch_latex2mathml() {
  local version=3.81.1 target=$root/build/deps/docs
  [[ ! -d $target/latex2mathml-$version.dist-info ]] || return 0
  rm -rf "$target"
  pip_install "$target" "latex2mathml==$version"
}

# fetch_cuda FOLDER: nvcc, the runtime, CCCL and cuFFT, of one release of the toolkit.
fetch_cuda() {
  local folder=$1 part=$1.part toolkit library packages=(
    nvidia-cuda-nvcc==13.0.88 nvidia-nvvm==13.0.88 nvidia-cuda-crt==13.0.88
    nvidia-cuda-runtime==13.0.96 nvidia-cuda-cccl==13.0.85 nvidia-cufft==12.0.0.61
  )
  [[ ! -x $folder/bin/nvcc || ! -e $folder/lib/libcufft.so.12 ]] || return 0
  [[ $(uname -m) == x86_64 ]] || die "these packages are for x86-64; this machine is $(uname -m)"
  [[ ! -e $folder ]] || die "$folder is there, but holds no toolkit: expected it to be missing"
  rm -rf "$part"
  pip_install "$part" --only-binary :all: "${packages[@]}"
  # The packages put their files under nvidia/cu13; nvcc wants its libraries in lib64 and a name each
  # without a version.
  toolkit=$part/nvidia/cu13
  [[ -x $toolkit/bin/nvcc ]] || chmod -R +x "$toolkit/bin" "$toolkit/nvvm/bin"
  ln -s lib "$toolkit/lib64"
  for library in "$toolkit"/lib/lib*.so.*; do
    [[ -e ${library%%.so.*}.so ]] || ln -s "${library##*/}" "${library%%.so.*}.so"
  done
  mkdir -p "$(dirname "$folder")"
  mv "$toolkit" "$folder"
  rm -rf "$part"
  "$folder/bin/nvcc" --version | tail -n 2
}
