// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files of every kind of scan.
#include "fuzz_child.hpp"
#include "fuzz_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzFile file(data, size);
  if (file.container() != ptychopatch::formats::Container::hdf5) return 0;
  file.read();
  return 0;
}
