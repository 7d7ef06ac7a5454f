#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Compiles every kernel of the CUDA backend for one architecture, prints the registers that each uses
# and the bytes that it spills, and fails where one spills more than the limit.
#
# usage: scripts/cuda-registers.sh [--limit BYTES] [ARCHITECTURE]
#
#   ARCHITECTURE  90 where none is given
#   --limit       of stores, 192 bytes where none is given: what is saved around the calls of functions
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

architecture=90
limit=192
while (($#)); do
  case $1 in
    --limit) limit=${2:?--limit needs a number}; shift ;;
    -h | --help) usage; exit 0 ;;
    -*) die "unknown argument $1; see --help" ;;
    *) architecture=$1 ;;
  esac
  shift
done
command -v nvcc > /dev/null || die "there is no nvcc"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for source in "$root"/cuda/kernels_*.cu; do
  nvcc -std=c++20 -O3 -fmad=false -Xptxas=-v -Xcompiler=-Wno-unknown-pragmas -I"$root" -I"$root/src" \
    -I"$root/include" -gencode "arch=compute_$architecture,code=sm_$architecture" -cubin \
    "$source" -o "$folder/kernels.cubin" 2>> "$folder/log" || { cat "$folder/log"; die "nvcc failed"; }
done
c++filt < "$folder/log" | awk -v limit="$limit" '
  /entry function/ { name = $0; sub(/.*run_blocks</, "", name); sub(/>\(.*/, "", name)
                     gsub(/ptychopatch::/, "", name); entry = 1 }
  /spill stores/ && entry { spills = $5 }
  /Used [0-9]+ registers/ && entry {
    sub(/.*Used /, ""); printf "%-48s %4d registers, %4d bytes spilled\n", name, $1, spills
    kernels++; if (spills > limit) over++; if (spills > most) most = spills; entry = 0 }
  END { printf "%d kernels, most bytes spilled by one: %d, limit %d\n", kernels, most, limit
        exit kernels == 0 || over > 0 }'
