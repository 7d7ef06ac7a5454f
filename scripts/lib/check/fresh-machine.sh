#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The README's two commands, each twice, on a bare Debian 12 (an hour; needs root).
#
# usage: scripts/check.sh fresh-machine [--cache] [--keep]
#
# The system is made by debootstrap in a folder, with a clean clone of the last commit.
#
#   --cache  with this machine's cache of the compiler, sooner: that what it holds compiles there is taken
#            for granted
#   --keep   leave the folder (build/fresh-machine) for a look inside
#
# Needs root. The new system has nothing but Debian's own package sources, at the mirrors and through the
# proxies that this machine's apt and environment name; tests find the data folder beside the checkout if
# there is one.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=scripts/lib/machine.sh
source "$(dirname "$0")/../machine.sh"

keep=false
for argument in "$@"; do
  case $argument in
    --cache) cache=$(ccache --get-config cache_dir) || die "--cache: expected ccache on this machine" ;;
    --keep) keep=true ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done

machine=$root/build/fresh-machine
make_machine
for turn in first second; do
  say "scripts/demo.sh, $turn time"
  inside scripts/demo.sh
  say "scripts/test.sh, $turn time"
  inside scripts/test.sh
done
say "the README's two commands pass on a fresh machine"
