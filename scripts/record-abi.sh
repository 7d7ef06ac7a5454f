#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Makes the ABI that the headers declare now the recorded one, with which a test compares every later
# one: tests/abi/baseline.abi and tests/abi/constants.txt. For additions, and for what docs/abi.md allows.
#
# usage: scripts/record-abi.sh [--help]
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac
command -v abidw > /dev/null || die "abidw is not installed: run scripts/install-deps.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -B "$root/tests/abi/check_abi.py" --source "$root" --work "$work" --cc cc --record
git -C "$root" diff --stat -- tests/abi
