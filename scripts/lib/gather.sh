#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Unpacks Debian 12's packages of Highway, GoogleTest, FLANN's headers, lz4, pkgconf and what the
# benchmark suite is built with, and DUCC0's headers, into build/gathered. Nothing is installed.
#
# usage: scripts/install-deps.sh --gather
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/common.sh"

packages=(
  libhwy-dev libhwy1 libgtest-dev libflann-dev liblz4-dev liblz4-1 pkgconf-bin libpkgconf3
  libbenchmark-dev libbenchmark1debian libcli11-dev nlohmann-json3-dev
)
gathered=$root/build/gathered

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
say "downloading ${packages[*]}"
(cd "$folder" && apt-get download -q "${packages[@]}") || die "apt-get could not download"
rm -rf "$gathered"
mkdir -p "$gathered"
for package in "$folder"/*.deb; do dpkg-deb -x "$package" "$gathered"; done
rm -rf "${gathered:?}/usr/share"
cp -r "$root/build/deps/ducc0/src" "$gathered/ducc0"
du -sh "$gathered"
