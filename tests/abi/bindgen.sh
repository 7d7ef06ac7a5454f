#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Reads the headers by Rust's bindgen, as C99, and runs the tests of layout that it makes of them.
#
# usage: bindgen.sh SOURCE WORK
set -euo pipefail
source=$1
work=$2
for tool in bindgen rustc; do
  command -v "$tool" > /dev/null || { echo "skipped: $tool is not installed"; exit 77; }
done

mkdir -p "$work"
bindgen "$source/include/ptychopatch/ptychopatch.h" --allowlist-function 'ppatch_.*' \
  --allowlist-type 'ppatch_.*' --allowlist-var 'PPATCH_.*' -o "$work/ptychopatch.rs" -- \
  -std=c99 "-I$source/include"
while read -r function; do
  grep -q "pub fn $function(" "$work/ptychopatch.rs" || { echo "bindgen has no $function"; exit 1; }
done < <(grep '^ppatch_' "$source/tests/abi/symbols.txt")
rustc --edition 2018 --test -A warnings "$work/ptychopatch.rs" -o "$work/layouts"
"$work/layouts" --quiet | tee "$work/layouts.txt"
grep -Eq '^test result: ok\. [1-9]' "$work/layouts.txt"
