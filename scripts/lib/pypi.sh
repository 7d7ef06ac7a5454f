# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# Sourced, after common.sh: what PyPI has and Debian has not, in build/deps. Nothing is done for what is
# there already. Versions and hashes stand in scripts/lib/requirements; pip takes no other file.

requirements=$root/scripts/lib/requirements

pip() { /usr/bin/python3 -m pip "$@" -q --disable-pip-version-check --no-deps; }

# version_of NAME PACKAGE: the one that is pinned.
version_of() { sed -n "s/^$2==\([^ ]*\) .*/\1/p" "$requirements/$1.txt"; }

# pip_install FOLDER NAME [OPTION ...]: what NAME.txt pins, into a folder of its own.
pip_install() {
  local folder=$1 name=$2
  shift 2
  say "installing $(sed -n 's/^\([a-z][^ ]*==[^ ]*\) .*/\1/p' "$requirements/$name.txt" | tr '\n' ' ')"
  pip install --root-user-action=ignore --target "$folder" --require-hashes "$@" \
    -r "$requirements/$name.txt" || die "pip could not install what $requirements/$name.txt pins"
}

# The source package is only unpacked: nothing of it is built or installed.
fetch_ducc() {
  local target=$root/build/deps/ducc0 folder
  [[ ! -f $target/src/ducc0/fft/fft1d_impl.h ]] || return 0
  say "unpacking ducc0==$(version_of ducc0 ducc0)"
  folder=$(mktemp -d)
  pip download --no-binary ducc0 -d "$folder" --require-hashes -r "$requirements/ducc0.txt" ||
    die "pip could not download what $requirements/ducc0.txt pins"
  mkdir -p "$target"
  tar xzf "$folder"/ducc0-*.tar.gz -C "$target" --strip-components=1
  rm -rf "$folder"
}

fetch_nanobind() {
  local target=$root/build/deps/python
  [[ ! -d $target/nanobind-$(version_of nanobind nanobind).dist-info ]] || return 0
  rm -rf "$target"
  pip_install "$target" nanobind
}

# Formulas of the documentation's site.
fetch_latex2mathml() {
  local target=$root/build/deps/docs
  [[ ! -d $target/latex2mathml-$(version_of docs latex2mathml).dist-info ]] || return 0
  rm -rf "$target"
  pip_install "$target" docs
}

# fetch_cuda FOLDER: nvcc, the runtime, CCCL and cuFFT, of one release of the toolkit.
fetch_cuda() {
  local folder=$1 part=$1.part toolkit library
  [[ ! -x $folder/bin/nvcc || ! -e $folder/lib/libcufft.so.12 ]] || return 0
  [[ $(uname -m) == x86_64 ]] || die "these packages are for x86-64; this machine is $(uname -m)"
  [[ ! -e $folder ]] || die "$folder is there, but holds no toolkit: expected it to be missing"
  rm -rf "$part"
  pip_install "$part" cuda --only-binary :all:
  # The packages put their files under nvidia/cu13; nvcc wants its libraries in lib64 and a name each
  # without a version.
  toolkit=$part/nvidia/cu13
  [[ -x $toolkit/bin/nvcc ]] || chmod -R +x "$toolkit/bin" "$toolkit/nvvm/bin"
  ln -s lib "$toolkit/lib64"
  for library in "$toolkit"/lib/lib*.so.*; do
    [[ -e ${library%%.so.*}.so ]] || ln -s "${library##*/}" "${library%%.so.*}.so"
  done
  # A package of the backend hands it on.
  cp "$part"/nvidia_cuda_runtime-*.dist-info/licenses/License.txt "$toolkit/EULA.txt"
  mkdir -p "$(dirname "$folder")"
  mv "$toolkit" "$folder"
  rm -rf "$part"
  "$folder/bin/nvcc" --version | tail -n 2
}
