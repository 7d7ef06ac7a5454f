// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files of every kind of scan. The HDF5 library runs in a child and is not instrumented: what
// it does there on damaged files, a crash included, is a refusal like others. What is tested is
// that this process outlives any of it and makes sense of the answers.
#include "fuzz_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzFile file(data, size);
  if (file.container() != ptychopatch::formats::Container::kHdf5) return 0;
  file.list();
  file.scan();
  return 0;
}
