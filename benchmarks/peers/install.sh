#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Puts the Python packages that compare.py, scenes.py and accuracy.py measure against into
# build/peers, a virtual environment.
#
# usage: benchmarks/peers/install.sh [--no-tensorflow] [--engines] [--help]
#
#   --no-tensorflow  leave out TensorFlow, the largest (about 1.3 GB installed)
#   --engines        the environment of reconstruct.py alone, build/engines: cdtools and pty-chi, and the PyTorch
#                    that they ask for, CUDA included, from PyPI (about 6 GB installed)
#
# NumPy, SciPy, OpenCV, scikit-image and TensorFlow come from PyPI. PyTorch comes from Debian
# (python3-torch): PyPI's wheels for this kind of machine bring gigabytes of CUDA. What cannot be had is left out, and
# compare.py names it.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../../scripts/lib/common.sh"
# shellcheck source=scripts/lib/packages.sh
source "$root/scripts/lib/packages.sh"

tensorflow=true engines=false
for argument in "$@"; do
  case $argument in
    --no-tensorflow) tensorflow=false ;;
    --engines) engines=true ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done

pinned() { "$environment/bin/python" -m pip --disable-pip-version-check install -q --only-binary=:all: \
  --require-hashes -r "$root/scripts/lib/requirements/$1.txt"; }

if $engines; then
  environment=$root/build/engines
  install_packages python3-venv
  say "virtual environment $environment"
  "$python" -m venv "$environment"
  pinned engines || die "pip could not install cdtools, pty-chi and PyTorch"
  echo "PYTHONPATH=build/release/bindings/python $environment/bin/python benchmarks/peers/reconstruct.py FILE"
  exit 0
fi

# Without PyTorch the others are still compared.
(install_packages python3-venv python3-torch) || echo "install.sh: going on without PyTorch" >&2

environment=$root/build/peers
say "virtual environment $environment"
"$python" -m venv --system-site-packages "$environment"
pinned peers || die "pip could not install NumPy, SciPy, OpenCV and scikit-image"
if $tensorflow; then
  pinned tensorflow ||
    echo "install.sh: going on without TensorFlow" >&2
fi
echo "$environment/bin/python benchmarks/peers/compare.py"
