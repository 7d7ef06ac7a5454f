// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files of every kind of scan. Debian's libhdf5 is not instrumented: the fuzzer is guided by
// this project's code alone, and sees of the library's faults only those that end in a crash or
// in a checked function of the C library.
#include <hdf5.h>

#include "fuzz_file.hpp"

// The library loses memory of its own where a file is damaged; ours is still watched.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzFile file(data, size);
  if (file.container() != ptychopatch::formats::Container::kHdf5) return 0;
  file.list();
  file.scan();
  // What a damaged file left behind in the library is not to add up; each time is too slow.
  static unsigned runs = 0;
  if (++runs % 256 == 0) H5garbage_collect();
  return 0;
}
