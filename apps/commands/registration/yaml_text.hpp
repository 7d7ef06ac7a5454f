// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/registration/record.hpp"

namespace ptychopatch::alignment {

// See record_file.hpp. Texts that another reader could take for something else are quoted as JSON
// does it, which YAML understands.
std::string encode_yaml(const std::vector<Record>& records);
std::vector<Record> decode_yaml(const std::string& text, const std::string& source);

}  // namespace ptychopatch::alignment
