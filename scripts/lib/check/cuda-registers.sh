#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Registers of every CUDA kernel, and that none spills more than a limit (20 minutes; needs nvcc).
#
# usage: scripts/check.sh cuda-registers [--limit BYTES] [ARCHITECTURE ...]
#
#   ARCHITECTURE  those of a release where none is given: 75 80 86 89 90 100 120
#   --limit       of stores, 192 bytes where none is given: what is saved around the calls of functions
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

architectures=()
limit=192
while (($#)); do
  case $1 in
    --limit) limit=${2:?--limit needs a number}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $1; see --help" ;;
    *) architectures+=("$1") ;;
  esac
  shift
done
nvcc=$(command -v nvcc || echo "$root/build/deps/cuda/bin/nvcc")
[[ -x $nvcc ]] || die "there is no nvcc; scripts/install-deps.sh --cuda installs one"

((${#architectures[@]})) || architectures=(75 80 86 89 90 100 120)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# compile SOURCE ARCHITECTURE
compile() {
  local log=$folder/$2-${1##*/}.log
  "$nvcc" -std=c++20 -O3 -fmad=false -Xptxas=-v -Xcompiler=-Wno-unknown-pragmas -I"$root" -I"$root/src" \
    -I"$root/include" -gencode "arch=compute_$2,code=sm_$2" -cubin "$1" -o "$log.cubin" 2> "$log" ||
    { cat "$log"; return 1; }
}
mapfile -t sources < <(git -C "$root" ls-files 'cuda/*.cu')
for architecture in "${architectures[@]}"; do
  for source in "${sources[@]}"; do
    while (($(jobs -rp | wc -l) >= jobs)); do wait -n || die "nvcc failed"; done
    compile "$root/$source" "$architecture" &
  done
done
while (($(jobs -p | wc -l))); do wait -n || die "nvcc failed"; done
for architecture in "${architectures[@]}"; do
  cat "$folder/$architecture"-*.log | c++filt | sed "s/^/$architecture /"
done | awk -v limit="$limit" '
  # CUB has kernels too.
  /entry function/ { entry = /run_blocks</; name = $0; sub(/.*run_blocks</, "", name); sub(/>\(.*/, "", name)
                     gsub(/ppatch::/, "", name) }
  /spill stores/ && entry { spills = $6 }
  /Used [0-9]+ registers/ && entry {
    registers = $0; sub(/.*Used /, "", registers)
    printf "%3s  %-48s %4d registers, %4d bytes spilled\n", $1, name, registers, spills
    kernels++; if (spills > limit) over++; if (spills > most) most = spills; entry = 0 }
  END { printf "%d kernels, most bytes spilled by one: %d, limit %d\n", kernels, most, limit
        exit kernels == 0 || over > 0 }'
