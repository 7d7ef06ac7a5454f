// SPDX-License-Identifier: Apache-2.0
//
// MAT files of version 5.
#include "fuzz_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzFile file(data, size);
  if (file.container() != ptychopatch::formats::Container::kMat5) return 0;
  file.list();
  file.scan();
  return 0;
}
