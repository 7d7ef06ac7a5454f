#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Debian packages and a wheel, built twice in different folders: equal bytes, licences, SPDX (half an hour).
#
# usage: scripts/check.sh reproducible [--cache] [--keep]
#
# From clean clones of the last commit, at different places and times, without a compiler's cache and
# without the CUDA backend. Each package's list of what it is made of is read by PyPI's spdx-tools.
#
#   --cache  with the compiler's cache, sooner: of what the compiler makes it then says nothing
#   --keep   leave the folder (build/reproducible)
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

keep=false
export CCACHE_DISABLE=1
for argument in "$@"; do
  case $argument in
    --cache) unset CCACHE_DISABLE ;;
    --keep) keep=true ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done
"$root/scripts/install-deps.sh"
folder=$root/build/reproducible
rm -rf "$folder"
mkdir -p "$folder"
$keep || trap 'rm -rf "$folder"' EXIT
# pinned FOLDER NAME: a virtual environment with what NAME.txt pins.
pinned() {
  "$python" -m venv "$1"
  "$1/bin/python" -m pip install -q --disable-pip-version-check --require-hashes \
    -r "$root/scripts/lib/requirements/$2.txt"
}
pinned "$folder/spdx" spdx
commit=$(git -C "$root" rev-parse HEAD)
SOURCE_DATE_EPOCH=$(git -C "$root" log -1 --format=%ct "$commit")
export SOURCE_DATE_EPOCH

launcher=$(command -v ccache || true)
# Folders of different lengths, so that no path hides in padding.
for place in one another/place; do
  say "$place"
  tree=$folder/$place/tree
  mkdir -p "$(dirname "$tree")" "$folder/$place/out"
  git clone --quiet --no-checkout "$root" "$tree"
  git -C "$tree" checkout --quiet --detach "$commit"
  mkdir "$tree/build"
  cp -r "$root/build/deps" "$tree/build/deps"
  "$tree/scripts/package.sh" -DPTYCHOPATCH_CUDA=OFF > "$folder/$place/log" 2>&1 ||
    { tail -n 30 "$folder/$place/log"; die "scripts/package.sh failed"; }
  cp "$tree"/build/package/*.deb "$folder/$place/out/"
  pinned "$folder/$place/venv" wheel
  CMAKE_C_COMPILER_LAUNCHER=$launcher CMAKE_CXX_COMPILER_LAUNCHER=$launcher \
    "$folder/$place/venv/bin/python" -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation \
    -w "$folder/$place/out" --config-settings "build-dir=$tree/build/wheel" "$tree/bindings/python"
done

missed=false differ=0 total=0
for file in "$folder"/one/out/*; do
  total=$((total + 1))
  cmp "$file" "$folder/another/place/out/${file##*/}" || differ=$((differ + 1))
done
line "packages of $total that differ between two builds" "$differ" 0 \
  "$( ((differ == 0 && total > 0)) && echo ok || echo MISS)"
((differ == 0 && total > 0)) || missed=true

without=0 wrong=0 lists=0
for file in "$folder"/one/out/*; do
  inside=$folder/inside/${file##*/}
  mkdir -p "$inside"
  case $file in
    *.deb) dpkg-deb --extract "$file" "$inside" ;;
    *.whl) "$python" -m zipfile --extract "$file" "$inside" ;;
  esac
  find "$inside" \( -name copyright -o -name LICENSES.txt \) | grep -q . || { echo "no licences: $file"; without=$((without + 1)); }
  list=$(find "$inside" -name '*.spdx.json')
  lists=$((lists + $(grep -c . <<< "$list" || true)))
  "$folder/spdx/bin/pyspdxtools" --infile "$list" || wrong=$((wrong + 1))
done
line "packages of $total without licences of what they contain" "$without" 0 \
  "$( ((without == 0)) && echo ok || echo MISS)"
line "lists of $lists that are no SPDX" "$wrong" 0 "$( ((wrong == 0 && lists == total)) && echo ok || echo MISS)"
((without + wrong == 0 && lists == total)) || missed=true
! $missed || die "missed"
