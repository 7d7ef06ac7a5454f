// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/registration/record.hpp"

namespace ptychopatch::alignment {

// RFC 4180. See record_file.hpp.
std::string encode_csv(const std::vector<Record>& records);
std::vector<Record> decode_csv(const std::string& text, const std::string& source);

}  // namespace ptychopatch::alignment
