// SPDX-License-Identifier: Apache-2.0
// The metadata of patches as `assemble` reads them: options that were read are written and read
// again as the same.
#include <cstdlib>

#include "commands/metadata.hpp"
#include "commands/patches/patch_settings.hpp"
#include "formats/format_error.hpp"

using namespace ptychopatch;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  try {
    const auto metadata = app::parse_metadata(text, "'x'");
    const auto written = app::to_json(app::patch_options_from_json(metadata, "'x'"));
    const auto again = app::parse_metadata(app::metadata_text(written), "'x'");
    if (app::to_json(app::patch_options_from_json(again, "'x'")) != written) std::abort();
  } catch (const formats::FormatError&) {
  }
  return 0;
}
