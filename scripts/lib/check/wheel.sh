#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A wheel of the Python package: its files, and the README's example where it is installed (5 minutes).
#
# usage: scripts/check.sh wheel [--cuda]
#
#   --cuda  with the CUDA backend (needs nvcc 13), for one architecture
#
# The wheel is left in build/wheel.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"

cuda=false
case ${1:-} in
  '') ;;
  --cuda) cuda=true ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac

"$root/scripts/install-deps.sh"
if command -v ccache > /dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache \
    CMAKE_CUDA_COMPILER_LAUNCHER=ccache
fi
settings=(--config-settings "build-dir=$root/build/wheel/tree")
if $cuda; then
  settings+=(--config-settings cmake.define.PTYCHOPATCH_CUDA=ON
    --config-settings cmake.define.CMAKE_CUDA_ARCHITECTURES=90)
fi
folder=$root/build/wheel
rm -rf "$folder"
mkdir -p "$folder"
say "a wheel"
"$python" -m venv "$folder/venv"
pip() { "$folder/venv/bin/python" -m pip --disable-pip-version-check "$@"; }
pip install -q --require-hashes -r "$root/scripts/lib/requirements/wheel.txt"
pip wheel -q --no-deps --no-build-isolation -w "$folder" "${settings[@]}" "$root/bindings/python"
wheel=$(ls "$folder"/ptychopatch-*.whl)

# Every file of the package's source, the module with its stub, the library, and the backend if asked for.
expected=$(
  cd "$root/bindings/python"
  find ptychopatch -name '*.py' -o -name py.typed
  echo ptychopatch/_core.pyi
  echo ptychopatch/_core.so
  echo ptychopatch/_enumerations.py
  echo ptychopatch/libptychopatch.so.0
  ! $cuda || echo ptychopatch/ptychopatch/libptychopatch_cuda.so  # and the toolkit's number
)
found=$("$python" -m zipfile --list "$wheel" | awk 'NR > 1 { print $1 }' | grep -v '\.dist-info/' |
  sed 's/_core\..*\.so$/_core.so/; s/_cuda1[23]\.so$/_cuda.so/')
diff <(sort <<< "$expected") <(sort <<< "$found") ||
  die "$wheel: expected the files marked <, got those marked >"

pip install -q --require-hashes -r <(grep '^numpy==' "$root/scripts/lib/requirements/languages.txt")
pip install -q --no-deps "$wheel"
"$folder/venv/bin/python" "$root/examples/extract.py"
# A backend that is there answers for the device; one that is not, that it was not built.
reason=$("$folder/venv/bin/python" - << 'EOF'
import ptychopatch
try:
    print("a device:", ptychopatch.Context(backend="cuda").device_name)
except Exception as error:
    print(f"{type(error).__name__}: {error}")
EOF
)
echo "$reason"
case $cuda,$reason in
  true,*"not part of this installation"* | true,*"cannot open"*) die "the CUDA backend is in the wheel, and is not found" ;;
  false,"a device:"*) die "a wheel without the CUDA backend has one" ;;
esac
echo "$wheel"
