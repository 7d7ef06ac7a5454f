# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# Sourced, after common.sh: Debian packages, installed where they are missing.

# install_packages PACKAGE ...: as root or through sudo; nothing where all of them are there.
install_packages() {
  local package state missing=() as_root=()
  command -v apt-get > /dev/null || die "this system has no apt-get; install by hand: $*"
  for package in "$@"; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
    [[ $state == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if [[ $(id -u) != 0 ]]; then
    command -v sudo > /dev/null ||
      die "missing packages, and neither root nor sudo to install them: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q || die "apt-get update failed: is this machine online?"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" ||
    die "apt-get could not install: ${missing[*]}"
}
