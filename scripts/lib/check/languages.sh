#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What the pages say of C, Fortran, Python and Julia, on a bare Debian 12 (20 minutes; needs root, PyPI).
#
# usage: scripts/check.sh languages [--here] [--keep]
#
# On a system that holds nothing but its base it installs the Debian packages, with what they depend on;
# compiles and runs the C and Fortran examples by pkg-config; compares the Julia package with the headers;
# installs the Python package into a new environment by pip, runs its example, TensorFlow's gradients and
# scikit-image's published tests on it, checks its types, and measures what its calls add.
#
#   --here  no such system: from an installation in a new prefix, with what this machine has
#   --keep  leave the folder of that system (build/languages-machine) for a look inside
#
# A line of a goal is: what, value, limit, ok or MISS. It needs a machine that does nothing else, and
# one that reaches PyPI; and root, but for --here.
set -euo pipefail
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/../common.sh"
# shellcheck source=scripts/lib/machine.sh
source "$(dirname "$0")/../machine.sh"

here=false keep=false
for argument in "$@"; do
  case $argument in
    --here) here=true ;;
    --keep) keep=true ;;
    -h | --help) usage; exit 0 ;;
    *) die "unknown argument $argument; see --help" ;;
  esac
done

work=build/languages
three_patches=$'patch 0 begins at y = 10.00, x = 20.00
patch 1 begins at y = 96.50, x = 64.25
patch 2 begins at y = 150.75, x = 180.50'
missed=()

# there COMMAND: runs a line of shell in the tree's folder, on the bare system or here.
if $here; then
  there() { (cd "$root" && bash -c "$1"); }
else
  there() { inside "$1"; }
fi

# The same, printing only what a failing one says.
quietly_there() {
  local output
  output=$(there "$1" 2>&1) || { printf '%s\n' "$output" >&2; die "failed: $1"; }
}

# runs WHAT TEXT COMMAND: the command must end well and print the text.
runs() {
  local output
  if output=$(there "$3" 2>&1) && [[ $output == "$2" ]]; then
    line "$1" runs runs ok
  else
    printf '%s\n' "$output"
    line "$1" fails runs MISS
    missed+=("$1")
  fi
}

# faults WHAT PATTERN COMMAND: the command must end well; where it does not, the lines that match are
# faults. What tests were left out is printed.
faults() {
  local output
  if output=$(there "$3" 2>&1); then
    grep '^SKIPPED' <<< "$output" || true
    line "$1" 0 0 ok
  else
    printf '%s\n' "$output"
    line "$1" "$(grep -c -- "$2" <<< "$output" || true)" 0 MISS
    missed+=("$1")
  fi
}

# The first block of a page in a language.
block() { awk -v fence="\`\`\`$2" '$0 == "```" && on { exit } on { print } $0 == fence { on = 1 }' "$1"; }

"$root/scripts/install-deps.sh"
if $here; then
  say "release: build and install"
  configure release
  build_quietly release
  rm -rf "${root:?}/$work"
  mkdir -p "$root/$work"
  cmake --install "$root/build/release" --prefix "$root/$work/prefix" > "$root/$work/install.log"
  PKG_CONFIG_PATH=$(dirname "$(find "$root/$work/prefix" -name ptychopatch.pc)")
  export PKG_CONFIG_PATH
  if command -v ccache > /dev/null; then
    export CMAKE_C_COMPILER_LAUNCHER=ccache CMAKE_CXX_COMPILER_LAUNCHER=ccache
  fi
else
  say "the Debian packages"
  "$root/scripts/package.sh" -DPTYCHOPATCH_CUDA=OFF > /dev/null
  machine=$root/build/languages-machine
  make_machine
  mkdir -p "$machine/work/main/$work"
  cp "$root"/build/package/*.deb "$machine/work/main/$work/"
  quietly_there "apt-get update -q"
  quietly_there "DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
    ./$work/libptychopatch0_*.deb ./$work/libptychopatch-dev_*.deb ./$work/ptychopatch_*.deb \
    gcc gfortran libc6-dev pkg-config"
  version=$(sed -n 's/^project(ptychopatch VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
  runs "the command of the Debian packages" "ptychopatch $version" "ptychopatch --version"
fi
libdir=$(there "pkg-config --variable=libdir ptychopatch")
# Where the loader does not look by itself.
rpath=
$here && rpath=-Wl,-rpath,$libdir
folder=$root/$work
$here || folder=$machine/work/main/$work

say "C and Fortran"
block "$root/README.md" c > "$folder/example.c"
quietly_there "gcc -std=c99 -pedantic -Wall -Wextra -Werror $work/example.c -o $work/example_c \
  \$(pkg-config --cflags --libs ptychopatch) $rpath"
runs "the C example" "$three_patches" "$work/example_c"
block "$root/docs/fortran.md" fortran > "$folder/example.f90"
quietly_there "gfortran $work/example.f90 -o $work/example_fortran -I$libdir/ptychopatch/fortran \
  -lptychopatch_fortran \$(pkg-config --cflags --libs ptychopatch) $rpath"
runs "the Fortran example" "" "$work/example_fortran"

say "Python: pip install"
quietly_there "scripts/install-deps.sh"
quietly_there "/usr/bin/python3 -m venv $work/venv"
pinned() { quietly_there "$work/venv/bin/pip install -q --disable-pip-version-check --require-hashes \
  -r scripts/lib/requirements/$1.txt"; }
pinned wheel
pinned languages
quietly_there "$work/venv/bin/pip install -q --disable-pip-version-check --no-build-isolation --no-deps \
  ./bindings/python"
runs "the Python example" "$three_patches"$'\nput together again within 1e-4: True' \
  "$work/venv/bin/python examples/extract.py"
faults "type errors in the package" ': error: ' \
  "cd $work && venv/bin/python -m mypy --ignore-missing-imports -p ptychopatch"
faults "tests of TensorFlow's gradients that fail" '^FAILED' \
  "TF_CPP_MIN_LOG_LEVEL=3 $work/venv/bin/python -m pytest -q -p no:cacheprovider \
  tests/python/test_tensorflow.py"

say "Python: scikit-image's published tests of phase_cross_correlation"
tests=skimage.registration.tests
faults "published tests that fail" '^FAILED' \
  "cd $work && PYTHONPATH=../../tests/python/published venv/bin/python -m pytest -q \
  -p no:cacheprovider -p skimage_with_ours -rs --pyargs \
  $tests.test_phase_cross_correlation $tests.test_masked_phase_cross_correlation"

say "Julia"
# Its ccalls, structures and constants against the headers, by the compiler; its tests where it is.
julia=$(there "pkg-config --variable=prefix ptychopatch")/share/ptychopatch/julia
faults "ccalls and layouts that differ from the headers" . \
  "/usr/bin/python3 -B tests/julia/check_interface.py --source . --capi $julia/src/capi.jl \
  --work $work/julia --cxx c++"
faults "places in Julia files that do not parse" . \
  "$work/venv/bin/python tests/julia/check_syntax.py $julia"
if there "command -v julia" > /dev/null; then
  faults "tests of the Julia package that fail" 'Fail' \
    "PTYCHOPATCH_LIBRARY=$libdir/libptychopatch.so julia --startup-file=no \
    --project=$julia $julia/test/runtests.jl"
else
  echo "there is no julia: the package's own tests did not run"
fi

say "Python: what calls cost"
there "$work/venv/bin/python benchmarks/python/calls.py --library $libdir/libptychopatch.so" ||
  missed+=("the cost of calls")

echo
((${#missed[@]} == 0)) || die "missed: ${missed[*]}"
echo "every language works"
