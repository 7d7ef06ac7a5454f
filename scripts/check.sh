#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks what tests alone do not: one part after the other, failing in the end if one of them failed.
#
# usage: scripts/check.sh PART [ARGUMENT ...] [PART ...]
#        scripts/check.sh PART --help
#
# What follows a part and is none itself is an argument of it; goals takes all that follows.
#
# Parts, and about how long each takes on two cores, after a release build:
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

parts=$root/scripts/lib/check
is_part() { [[ $1 =~ ^[a-z-]+$ && -f $parts/$1.sh ]]; }

# The third line of a part says what it does and how long that takes.
list() {
  local part
  usage
  for part in "$parts"/*.sh; do
    printf '  %-15s %s\n' "$(basename "$part" .sh)" "$(sed -n '3s/^# //p' "$part")"
  done
}

case ${1:-} in
  '') list >&2; exit 2 ;;
  -h | --help) list; exit 0 ;;
esac
is_part "$1" || die "unknown part $1; see --help"

failed=()
while (($#)); do
  part=$1 arguments=()
  shift
  while (($#)) && { [[ $part == goals ]] || ! is_part "$1"; }; do
    arguments+=("$1")
    shift
  done
  [[ " ${arguments[*]} " =~ ' '(-h|--help)' ' ]] || say "$part"
  bash "$parts/$part.sh" "${arguments[@]}" || failed+=("$part")
done
((${#failed[@]} == 0)) || die "failed: ${failed[*]}"
