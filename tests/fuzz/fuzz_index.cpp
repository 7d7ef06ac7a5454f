// SPDX-License-Identifier: Apache-2.0
// A data set's index in YAML: what comes out of it are plain names.
#include <cstdlib>

#include "commands/registration/scene.hpp"
#include "formats/format_error.hpp"

using namespace ptychopatch;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    for (const rawnind::Scene& scene : rawnind::parse_index(text, "root", "'x'")) {
      if (scene.name.find('/') != std::string::npos) std::abort();
      for (const std::string& name : scene.references) {
        if (name.find('/', 3) != std::string::npos) std::abort();
      }
      for (const std::string& name : scene.images) {
        if (name.find('/') != std::string::npos) std::abort();
      }
    }
  } catch (const formats::FormatError&) {
  }
  return 0;
}
