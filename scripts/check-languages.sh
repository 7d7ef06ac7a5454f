#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Proves what the pages say about calling the library from other languages: installs it to a new
# prefix, compiles and runs the C and Fortran examples by pkg-config, installs the Python package into
# a new environment by pip, runs its example and scikit-image's published tests on it, checks its
# types, and measures what its calls add.
#
# usage: scripts/check-languages.sh [--help]
#
# A line of a goal is: what, value, limit, ok or MISS. It needs a machine that does nothing else, and
# one that reaches PyPI.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "$0")/common.sh"

case ${1:-} in
  '') ;;
  -h | --help) usage; exit 0 ;;
  *) die "unknown argument $1; see --help" ;;
esac

work=$root/build/languages
prefix=$work/prefix
three_patches=$'patch 0 begins at y = 10.00, x = 20.00
patch 1 begins at y = 96.50, x = 64.25
patch 2 begins at y = 150.75, x = 180.50'
missed=()

line() { printf '%-64s  %s  %s  %s\n' "$@"; }

# runs WHAT TEXT COMMAND...: the command must end well and print the text.
runs() {
  local what=$1 text=$2 output
  shift 2
  if output=$("$@" 2>&1) && [[ $output == "$text" ]]; then
    line "$what" runs runs ok
  else
    printf '%s\n' "$output"
    line "$what" fails runs MISS
    missed+=("$what")
  fi
}

# faults WHAT PATTERN COMMAND...: the command, run in the work folder, must end well; where it does
# not, the lines that match are faults. What tests were left out is printed.
faults() {
  local what=$1 pattern=$2 output
  shift 2
  if output=$(cd "$work" && "$@" 2>&1); then
    grep '^SKIPPED' <<< "$output" || true
    line "$what" 0 0 ok
  else
    printf '%s\n' "$output"
    line "$what" "$(grep -c -- "$pattern" <<< "$output" || true)" 0 MISS
    missed+=("$what")
  fi
}

"$root/scripts/install-deps.sh"
say "release: build and install"
configure release
build_quietly release
rm -rf "$work"
mkdir -p "$work"
cmake --install "$root/build/release" --prefix "$prefix" > "$work/install.log"
pc=$(find "$prefix" -name ptychopatch.pc)
export PKG_CONFIG_PATH=${pc%/*}
libdir=$(pkg-config --variable=libdir ptychopatch)
read -r -a flags <<< "$(pkg-config --cflags --libs ptychopatch)"

say "C and Fortran"
# The first block of a page in a language.
block() { awk -v fence="\`\`\`$2" '$0 == "```" && on { exit } on { print } $0 == fence { on = 1 }' "$1"; }
block "$root/README.md" c > "$work/example.c"
cc -std=c99 -pedantic -Wall -Wextra -Werror "$work/example.c" -o "$work/example_c" "${flags[@]}" \
  "-Wl,-rpath,$libdir"
runs "the C example" "$three_patches" "$work/example_c"
block "$root/docs/fortran.md" fortran > "$work/example.f90"
gfortran "$work/example.f90" -o "$work/example_fortran" -I"$libdir/ptychopatch/fortran" \
  -lptychopatch_fortran "${flags[@]}" "-Wl,-rpath,$libdir"
runs "the Fortran example" "" "$work/example_fortran"

say "Julia"
# Its ccalls, structures and constants against the headers, by the compiler; its tests where it is.
faults "ccalls and layouts that differ from the headers" . \
  "$python" -B "$root/tests/julia/check_interface.py" --source "$root" --work "$work/julia" --cxx c++
"$python" -m venv "$work/julia_venv"
"$work/julia_venv/bin/pip" install -q --disable-pip-version-check tree-sitter tree-sitter-julia
faults "places in Julia files that do not parse" . \
  julia_venv/bin/python "$root/tests/julia/check_syntax.py" "$root/bindings/julia"
if command -v julia > /dev/null; then
  PTYCHOPATCH_LIBRARY=$libdir/libptychopatch.so faults "tests of the Julia package that fail" 'Fail' \
    julia --startup-file=no --project="$root/bindings/julia" "$root/bindings/julia/test/runtests.jl"
else
  echo "there is no julia here: the package's own tests did not run"
fi

say "Python: pip install"
if command -v ccache > /dev/null; then
  export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check "$root/bindings/python" pytest mypy \
  "scikit-image==0.25.2"
runs "the Python example" "$three_patches"$'\nput together again within 1e-4: True' \
  "$work/venv/bin/python" "$root/examples/extract.py"

faults "type errors in the package" ': error: ' \
  venv/bin/python -m mypy --ignore-missing-imports -p ptychopatch

say "Python: gradients through TensorFlow"
"$work/venv/bin/pip" install -q --disable-pip-version-check tensorflow-cpu
TF_CPP_MIN_LOG_LEVEL=3 faults "tests of TensorFlow's gradients that fail" '^FAILED' \
  venv/bin/python -m pytest -q -p no:cacheprovider "$root/tests/python/test_tensorflow.py"

say "Python: scikit-image's published tests of phase_cross_correlation"
tests=skimage.registration.tests
PYTHONPATH=$root/tests/python/published faults "published tests that fail" '^FAILED' \
  venv/bin/python -m pytest -q -p no:cacheprovider -p skimage_with_ours -rs --pyargs \
  "$tests.test_phase_cross_correlation" "$tests.test_masked_phase_cross_correlation"

say "Python: what calls cost"
"$work/venv/bin/python" "$root/benchmarks/python/calls.py" \
  --library "$root/build/release/capi/libptychopatch.so" || missed+=("the cost of calls")

echo
((${#missed[@]} == 0)) || die "missed: ${missed[*]}"
echo "every language works"
