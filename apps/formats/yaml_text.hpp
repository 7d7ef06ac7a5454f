// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace YAML {
class Node;
}

namespace ptychopatch::formats {

inline constexpr std::size_t deepest_yaml = 64;

// Every YAML that the command reads comes through here. FormatError, begun by source, where lists
// and maps nest deeper than that, or where something is an alias of another part of the text, by
// which a few lines say more than any memory holds; YAML::Exception where it is no YAML.
YAML::Node parse_yaml(const std::string& text, const std::string& source);

}  // namespace ptychopatch::formats
