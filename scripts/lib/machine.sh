# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# Sourced, after common.sh, by scripts that prove something on a Debian 12 which holds nothing but its base
# system: made by debootstrap in the folder $machine, with a clean clone of the last commit in /work/main.

# What is mounted there is seen by this script and what it starts alone, and all of it goes however the
# script ends: nothing runs on there, and nobody who removes the folder reaches this machine's /dev.
if [[ $(id -u) == 0 && -z ${PTYCHOPATCH_OWN_MOUNTS:-} ]]; then
  PTYCHOPATCH_OWN_MOUNTS=1 setpriv --pdeathsig KILL \
    unshare --mount --pid --fork --kill-child -- "$BASH" "$0" "$@"
  exit
fi

# Makes it and leaves it to release_machine, which the caller's exit brings; $keep (true or false) leaves
# the folder for a look inside. $cache names a folder of the compiler's cache to be used there, too.
cache=''
make_machine() {
  [[ $(id -u) == 0 ]] || die "expected to run as root, which debootstrap and chroot need"
  command -v debootstrap > /dev/null || "$root/scripts/install-deps.sh" --dev
  trap release_machine EXIT
  release_machine
  rm -rf --one-file-system "$machine"

  # Where this machine gets Debian 12 from: lines of a mirror, a suite and a component.
  local sources mirror
  # shellcheck disable=SC2016
  sources=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' 2> /dev/null |
    awk '$2 ~ /^bookworm/ && $3 == "main"' | sort -u)
  mirror=$(awk '$2 == "bookworm" { print $1; exit }' <<< "$sources")
  [[ -n $mirror ]] || die "no package source for Debian 12 (bookworm) is configured here"

  say "a bare Debian 12"
  mkdir -p "$machine"
  debootstrap --variant=minbase --include="ca-certificates,git${cache:+,ccache}" bookworm "$machine" "$mirror" \
    > "$machine.log" 2>&1 || die "debootstrap failed; its last lines are:"$'\n'"$(tail -5 "$machine.log")"
  awk '{ print "deb", $0 }' <<< "$sources" > "$machine/etc/apt/sources.list"
  apt-config dump | grep '^Acquire::' > "$machine/etc/apt/apt.conf.d/90host" || true
  cp -L /etc/resolv.conf /etc/hosts "$machine/etc/"
  cp -a /etc/ssl/certs/. "$machine/etc/ssl/certs/"
  mount --bind /dev "$machine/dev"
  mount -t proc proc "$machine/proc"

  if [[ -n $cache ]]; then
    mkdir -p "$machine/cache" "$cache"
    mount --bind "$cache" "$machine/cache"
  fi

  git clone --quiet "$root" "$machine/work/main"
  if [[ -d $root/../shared ]]; then
    mkdir -p "$machine/work/shared"
    mount --bind -o ro "$root/../shared" "$machine/work/shared"
  fi
}

release_machine() {
  local folder
  for folder in work/shared cache dev proc; do
    ! mountpoint -q "$machine/$folder" || umount "$machine/$folder" ||
      die "$machine/$folder is in use; unmount it by hand"
  done
  $keep || rm -rf --one-file-system "$machine"
}

# inside COMMAND: runs a line of shell in the clone.
inside() { chroot "$machine" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  ${cache:+CCACHE_DIR=/cache CCACHE_BASEDIR=/work CCACHE_NOHASHDIR=1 ${LANG:+LANG=$LANG}} \
  ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} \
  bash -c "cd /work/main && $1"; }
