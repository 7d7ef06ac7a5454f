// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

namespace ptychopatch::formats {

// How many arrays and objects may lie in one another, and how many keys an object may have, in a
// text that comes from elsewhere. What goes through JSON later calls itself once a level, and finds
// a key by going through those before it.
inline constexpr std::size_t deepest_json = 64;
inline constexpr std::size_t most_json_keys = 4096;

// Every JSON that the command reads comes through here. FormatError, begun by source, where it is
// beyond those bounds; discarded where it is no JSON.
nlohmann::ordered_json parse_json(const std::string& text, const std::string& source,
                                  std::size_t deepest = deepest_json);

}  // namespace ptychopatch::formats
