#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs a build to a new prefix, then builds and runs a C and a C++ program against it, by
# find_package and by pkg-config. The prefix is moved in between: an installation must not know where
# it was made.
#
# usage: consume.sh CMAKE BUILD_DIR SOURCE_DIR WORK_DIR VERSION CC CXX CFLAGS CXXFLAGS
set -euo pipefail
cmake=$1 build=$2 source=$3 work=$4 version=$5 cc=$6 cxx=$7
read -r -a cflags <<< "$8"
read -r -a cxxflags <<< "$9"
fortran=${10}

rm -rf "$work"
mkdir -p "$work"
"$cmake" --install "$build" --prefix "$work/first" > "$work/install.log"
mv "$work/first" "$work/prefix"
prefix=$work/prefix

for header in {ptychopatch,patches,groups,registration}.{h,hpp}; do
  file=include/ptychopatch/$header
  [[ -f $prefix/$file ]] || { echo "$file was not installed"; exit 1; }
done

echo "-- find_package"
"$cmake" -S "$source/project" -B "$work/project" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" \
  -DWANTED_VERSION="$version" -DWITH_FORTRAN="$fortran" -DCMAKE_C_COMPILER="$cc" -DCMAKE_CXX_COMPILER="$cxx" \
  -DCMAKE_C_FLAGS="${cflags[*]}" -DCMAKE_CXX_FLAGS="${cxxflags[*]}" > "$work/configure.log"
"$cmake" --build "$work/project" > "$work/build.log" || { cat "$work/build.log"; exit 1; }
"$work/project/consumer_c"
"$work/project/consumer_cpp"
[[ $fortran != ON ]] || "$work/project/consumer_fortran"

echo "-- pkg-config"
pc=$(find "$prefix" -name ptychopatch.pc)
export PKG_CONFIG_PATH=${pc%/*}
[[ $(pkg-config --modversion ptychopatch) == "$version" ]]
read -r -a flags <<< "$(pkg-config --cflags --libs ptychopatch)"
libdir=$(pkg-config --variable=libdir ptychopatch)
"$cc" -std=c99 "${cflags[@]}" "$source/consumer.c" -o "$work/pc_c" "${flags[@]}" "-Wl,-rpath,$libdir"
"$cxx" -std=c++17 "${cxxflags[@]}" "$source/consumer.cpp" -o "$work/pc_cpp" "${flags[@]}" \
  "-Wl,-rpath,$libdir"
"$work/pc_c"
"$work/pc_cpp"

if [[ -x $prefix/bin/ptychopatch ]]; then
  echo "-- the installed command"
  "$prefix/bin/ptychopatch" --version
fi
