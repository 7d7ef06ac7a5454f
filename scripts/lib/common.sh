# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced by the scripts: where the tree is, messages, and one way to configure and build.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
jobs=$(nproc)

say() { printf '\n== %s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Prints the comment at the head of the calling script, the shebang and the licence line left out.
usage() { awk 'NR > 2 && !/^#/ { exit } NR > 2 { sub(/^# ?/, ""); print }' "$0"; }

# The interpreter that has Debian's NumPy, whatever else comes first in PATH.
python=/usr/bin/python3
[[ -x $python ]] || python=python3

# The toolkit that scripts/install-deps.sh --cuda installs, where there is no other.
cuda_options=()
if ! command -v nvcc > /dev/null && [[ -x $root/build/deps/cuda/bin/nvcc ]]; then
  cuda_options=(-DCMAKE_CUDA_COMPILER="$root/build/deps/cuda/bin/nvcc")
fi

# What tests compile the CUDA backend for: PTX of the newest card, and no machine code, which takes half as
# long again. A release is for all cards.
# shellcheck disable=SC2034
one_architecture=-DCMAKE_CUDA_ARCHITECTURES=120-virtual

# line WHAT VALUE LIMIT VERDICT: a goal, ok or MISS.
line() { printf '%-60s  %s  %s  %s\n' "$@"; }

# configure PRESET [cmake arguments]; quiet unless it fails
configure() {
  local preset=$1 output
  shift
  set -- "${cuda_options[@]}" "$@"
  if command -v ccache > /dev/null; then
    set -- -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
      -DCMAKE_CUDA_COMPILER_LAUNCHER=ccache "$@"
  fi
  if ! output=$(cd "$root" &&
    cmake --preset "$preset" -DPython3_EXECUTABLE="$python" -DPython_EXECUTABLE="$python" "$@" 2>&1); then
    printf '%s\n' "$output" >&2
    die "cmake --preset $preset failed"
  fi
  sed -n 's/^-- \(.*the CUDA backend is left out\)$/\1 (scripts\/install-deps.sh --cuda installs one)/p' <<< "$output"
}

# build PRESET [target ...]
build() {
  local preset=$1
  shift
  cmake --build "$root/build/$preset" --parallel "$jobs" ${1:+--target "$@"}
}

# The same, printing only what a failing build says.
build_quietly() {
  local output
  output=$(build "$@" 2>&1) || { printf '%s\n' "$output" >&2; die "the preset $1 does not build"; }
}
