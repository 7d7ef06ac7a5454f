#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints the Debian packages that an installed tree needs at run time: its shared libraries, and the font
# that pictures are labelled with.
#
# usage: scripts/lib/runtime-packages.sh PREFIX
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/common.sh"

case ${1:-} in
  '') usage >&2; exit 2 ;;
  -h | --help) usage; exit 0 ;;
esac
prefix=$1
[[ -d $prefix ]] || die "expected the folder of an installation, got $prefix"

find "$prefix" -type f \( -name '*.so*' -o -perm -u+x \) -print0 |
  LD_LIBRARY_PATH=$prefix/lib:$prefix/lib/$(gcc -print-multiarch) xargs -0 ldd 2> /dev/null |
  awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
  while read -r library; do
    case $library in "$prefix"/*) continue ;; esac
    # Debian names a library of /usr/lib by the path it had before the merge, or by the one it has now.
    path=$(readlink -f "$library")
    dpkg-query -S "$path" 2> /dev/null || dpkg-query -S "${path#/usr}" 2> /dev/null || true
  done | sed 's/:.*//' | sort -u - <(echo fonts-dejavu-core)
