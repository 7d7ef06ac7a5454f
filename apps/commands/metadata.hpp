// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ptychopatch::app {

// Every output carries a JSON text under the key "metadata". Bump the version when a reader of the
// old one would go wrong.
inline constexpr int schema_version = 1;
inline constexpr const char* metadata_key = "metadata";
inline constexpr const char* patches_schema = "ptychopatch/patches";
inline constexpr const char* groups_schema = "ptychopatch/groups";
inline constexpr const char* image_schema = "ptychopatch/image";
inline constexpr const char* scan_schema = "ptychopatch/scan";
inline constexpr const char* scene_schema = "ptychopatch/scene";
inline constexpr const char* alignment_schema = "ptychopatch/alignment";

// Schema, versions and backend; the rest is the command's. Nothing in it depends on the time, the
// machine or the number of threads.
nlohmann::ordered_json make_metadata(const char* schema, const std::string& backend);

// FormatError, begun by source, where it is no JSON object or one beyond formats::parse_json.
nlohmann::ordered_json parse_metadata(const std::string& text, const std::string& source);

// As text; bytes of file names that are not UTF-8 are replaced.
std::string metadata_text(const nlohmann::ordered_json& metadata);

}  // namespace ptychopatch::app
