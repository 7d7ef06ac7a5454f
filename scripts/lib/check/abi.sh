#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The ABI against the recorded one: symbols, types, constants, bindgen (2 minutes).
#
# usage: scripts/check.sh abi [--record]
#
#   --record  makes what the headers declare the recorded ABI, tests/abi/baseline.abi and
#             tests/abi/constants.txt: for additions, and for what docs/abi.md allows
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

record=false
case ${1:-} in
  '') ;;
  --record) record=true ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac
"$root/scripts/install-deps.sh" --dev

if $record; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  "$python" -B "$root/tests/abi/check_abi.py" --source "$root" --work "$work" --cc cc --record
  git -C "$root" diff --stat -- tests/abi
else
  configure release
  build_quietly release ptychopatch
  ctest --test-dir "$root/build/release" -R '^abi_' --output-on-failure --no-tests=error
fi
