// SPDX-License-Identifier: Apache-2.0
// Records that `align --resume` takes over, as JSON, CSV or YAML: what was read is written and read
// again as the same.
#include <cstdlib>

#include "commands/registration/record_file.hpp"
#include "formats/format_error.hpp"

using namespace ptychopatch;  // NOLINT(google-build-using-namespace)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = static_cast<alignment::RecordFormat>(data[0] % 3);
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    const auto records = alignment::decode_records(text, format, "'x'");
    for (const auto& record : records) alignment::names_of(record);
    const auto json = alignment::RecordFormat::json;
    const std::string written = alignment::encode_records(records, json);
    const auto again = alignment::decode_records(written, json, "'x'");
    if (alignment::encode_records(again, json) != written) std::abort();
  } catch (const formats::FormatError&) {
  }
  return 0;
}
