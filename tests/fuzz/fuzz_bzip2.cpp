// SPDX-License-Identifier: Apache-2.0
//
// Archives compressed as a whole. libbz2 itself is not instrumented.
#include "fuzz_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzFile file(data, size);
  if (file.container() != ptychopatch::formats::Container::bzip2) return 0;
  file.read();
  return 0;
}
