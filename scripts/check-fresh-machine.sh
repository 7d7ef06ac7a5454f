#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves the README's two commands, each twice in a row, on a Debian 12 that holds nothing but its base
# system: made by debootstrap in a folder, with a clean clone of the last commit.
#
# usage: scripts/check-fresh-machine.sh [--keep] [--help]
#
#   --keep  leave the folder (build/fresh-machine) for a look inside
#
# Needs root. The new system has nothing but Debian's own package sources, at the mirrors and through the
# proxies that this machine's apt and environment name; tests find the data folder beside the checkout if
# there is one.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"
# shellcheck source=scripts/machine.sh
source "$(dirname "$0")/machine.sh"

keep=false
case ${1:-} in
  '') ;;
  --keep) keep=true ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac

machine=$root/build/fresh-machine
make_machine
for turn in first second; do
  say "scripts/demo.sh, $turn time"
  inside scripts/demo.sh
  say "scripts/test.sh, $turn time"
  inside scripts/test.sh
done
say "the README's two commands pass on a fresh machine"
