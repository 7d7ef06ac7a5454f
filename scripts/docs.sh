#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds the documentation's site, guides and references, in build/release/docs/html. A warning of
# Doxygen's or of Sphinx's is an error.
#
# usage: scripts/docs.sh [--help]
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac

"$root/scripts/install-deps.sh" --docs
configure release -DPTYCHOPATCH_PYTHON=ON -DPTYCHOPATCH_DOCS=ON
build_quietly release docs
echo "$root/build/release/docs/html/index.html"
