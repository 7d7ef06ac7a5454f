// SPDX-License-Identifier: Apache-2.0
#include "commands/metadata.hpp"

#include "formats/format_error.hpp"
#include "formats/json_text.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::app {

using Json = nlohmann::ordered_json;

Json make_metadata(const char* schema, const std::string& backend) {
  return {{"schema", schema},
          {"schema_version", schema_version},
          {"library_version", ppatch_version_string()},
          {"backend", backend}};
}

Json parse_metadata(const std::string& text, const std::string& source) {
  Json json = formats::parse_json(text, source);
  if (!json.is_object()) throw formats::FormatError(source + " is no JSON object");
  return json;
}

std::string metadata_text(const Json& metadata) {
  return metadata.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ptychopatch::app
