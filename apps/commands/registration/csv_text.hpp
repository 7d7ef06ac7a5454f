// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_COMMANDS_REGISTRATION_CSV_TEXT_HPP_
#define PTYCHOPATCH_APPS_COMMANDS_REGISTRATION_CSV_TEXT_HPP_

#include <string>
#include <vector>

#include "commands/registration/record.hpp"

namespace ptychopatch::alignment {

// RFC 4180. See record_file.hpp.
std::string encode_csv(const std::vector<Record>& records);
std::vector<Record> decode_csv(const std::string& text, const std::string& source);

}  // namespace ptychopatch::alignment

#endif  // PTYCHOPATCH_APPS_COMMANDS_REGISTRATION_CSV_TEXT_HPP_
