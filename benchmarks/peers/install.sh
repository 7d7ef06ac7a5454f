#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the Python packages that compare.py, scenes.py and accuracy.py measure against into
# build/peers, a virtual environment.
#
# usage: benchmarks/peers/install.sh [--no-tensorflow] [--help]
#
#   --no-tensorflow  leave out TensorFlow, the largest (about 1.3 GB installed)
#
# NumPy, SciPy, OpenCV, scikit-image and TensorFlow come from PyPI. PyTorch comes from Debian
# (python3-torch): PyPI's wheels for this kind of machine bring gigabytes of CUDA. What cannot be had is left out, and
# compare.py names it.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/../../scripts/common.sh"

tensorflow=true
for argument in "$@"; do
  case $argument in
    --no-tensorflow) tensorflow=false ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done

debian=(python3-venv python3-torch)
missing=()
for package in "${debian[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2> /dev/null || true)
  [[ $state == installed ]] || missing+=("$package")
done
if ((${#missing[@]})); then
  say "installing ${missing[*]}"
  as_root=()
  [[ $(id -u) == 0 ]] || as_root=(sudo)
  { "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
      --no-install-recommends "${missing[@]}"; } ||
    echo "install.sh: going on without ${missing[*]}" >&2
fi

environment=$root/build/peers
say "virtual environment $environment"
"$python" -m venv --system-site-packages "$environment"
pip() { "$environment/bin/python" -m pip --disable-pip-version-check "$@"; }
# Debian's PyTorch knows NumPy 1 alone.
pip install -q --only-binary=:all: 'numpy<2' scipy 'opencv-python-headless<4.12' \
  scikit-image || die "pip could not install NumPy, SciPy, OpenCV and scikit-image"
if $tensorflow; then
  pip install -q --only-binary=:all: 'numpy<2' 'tensorflow-cpu>=2.18,<2.19' ||
    echo "install.sh: going on without TensorFlow" >&2
fi
echo "$environment/bin/python benchmarks/peers/compare.py"
