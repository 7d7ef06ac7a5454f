#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and does the main jobs once: extracts patches from a scan and puts
# them back, and aligns noisy camera RAWs onto their reference.
#
# usage: scripts/demo.sh [--help] [--out FOLDER] [--size N] [FILE]
#
#   FILE    a scan of any format in docs/formats.md that holds an object; without one it is simulated
#   N       height and width of the patches (default: 64)
#   FOLDER  where everything is written (default: out, in the project's folder)
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

out=$root/out
input=
size=64
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --out) out=${2:?--out needs a folder}; shift ;;
    --size) size=${2:?--size needs a number}; shift ;;
    -*) die "unknown option $1; see --help" ;;
    *) [[ -z $input ]] || die "expected one file, got $input and $1"; input=$1 ;;
  esac
  shift
done
[[ -z $input || -f $input ]] || die "there is no file $input"

"$root/scripts/install-deps.sh"
say "build"
configure release
build release apps/ptychopatch
command=$root/build/release/apps/ptychopatch
mkdir -p "$out"
pictures=()

if [[ -z $input ]]; then
  say "simulate a scan"
  input=$out/scan.npz
  "$command" simulate scan -o "$input" --preview "$out/scan.png" --overwrite
  pictures=(--picture "$out/scan.png")
fi
"$python" "$root/scripts/lib/demo.py" --command "$command" --scan "$input" --out "$out" \
  --size "$size" "${pictures[@]}"

say "simulate a scene of camera RAWs, and align it"
"$command" simulate scene "$out/scene" --overwrite
"$python" "$root/scripts/lib/demo_align.py" --command "$command" --root "$out/scene" --out "$out"
