// SPDX-License-Identifier: Apache-2.0
//
// Single arrays, and their conversion to what the library takes.
#include "formats/npy_array.hpp"
#include "formats/tensor.hpp"
#include "fuzz_file.hpp"

namespace {

using ptychopatch::formats::NpyArray;
using ptychopatch::formats::parse_npy;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzFile file(data, size);
  FuzzFile::attempt([&] {
    NpyArray array = parse_npy(file.bytes(), "f");
    FuzzFile::check(array);
    if (!array.type.numeric()) {
      texts_of(array, "f");
    } else {
      to_tensor(std::move(array), PPATCH_C64, "f");
    }
  });
  // What follows the fixed bytes, without the need to guess its length.
  FuzzFile::attempt([&] {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    ptychopatch::formats::parse_npy_dictionary(text, "f");
  });
  return 0;
}
