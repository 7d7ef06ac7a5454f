#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs all tests.
#
# usage: scripts/test.sh [--help]
#
# First the fast tests under the address and undefined behaviour sanitizers, then every test of the
# release build: up to an hour on two cores from a clean clone, more than half of it compiling. What is
# printed last is ctest's summary of the release build.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac

"$root/scripts/install-deps.sh" --docs

say "address and undefined behaviour sanitizers: build"
configure asan-ubsan
build asan-ubsan
say "address and undefined behaviour sanitizers: fast tests"
# Sanitizers make random cases slow: a third of them; the release build runs those of fast tests in full.
PTYCHOPATCH_TEST_SCALE=0.3 ctest --test-dir "$root/build/asan-ubsan" -L fast -j "$jobs" \
  --output-on-failure --no-tests=error

say "release: build"
configure release -DPTYCHOPATCH_PYTHON=ON -DPTYCHOPATCH_DOCS=ON "$one_architecture"
build release
say "release: all tests"
ctest --test-dir "$root/build/release" -j "$jobs" --output-on-failure --no-tests=error
