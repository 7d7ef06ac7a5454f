// SPDX-License-Identifier: Apache-2.0
//
// MAT files of version 5 and 7.3.
#include "fuzz_child.hpp"
#include "fuzz_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzFile file(data, size);
  if (file.container() != ptychopatch::formats::Container::mat) return 0;
  file.read();
  return 0;
}
