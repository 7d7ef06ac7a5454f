// SPDX-License-Identifier: Apache-2.0
#include "commands/metadata.hpp"

#include "formats/format_error.hpp"
#include "formats/text_array.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::app {

using Json = nlohmann::ordered_json;

Json make_metadata(const char* schema, const std::string& backend) {
  return {{"schema", schema},
          {"schema_version", kSchemaVersion},
          {"library_version", ppatch_version_string()},
          {"backend", backend}};
}

std::optional<Json> read_metadata(const formats::NpzReader& archive) {
  if (!archive.has(kMetadataKey)) return std::nullopt;
  const std::string source = archive.source(kMetadataKey);
  const std::vector<std::string> texts = formats::texts_of(archive.read(kMetadataKey), source);
  if (texts.size() != 1) {
    throw formats::FormatError(source + " holds " + std::to_string(texts.size()) +
                               " texts, expected one");
  }
  Json json = Json::parse(texts[0], nullptr, false);
  if (!json.is_object()) throw formats::FormatError(source + " is no JSON object");
  return json;
}

std::string metadata_text(const Json& metadata) {
  return metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ptychopatch::app
