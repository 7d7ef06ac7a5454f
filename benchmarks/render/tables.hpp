// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "suite/report.hpp"

namespace ptychopatch::bench {

// For text in HTML.
std::string escaped(std::string_view text);

// HTML.
std::string timed_table(const Report& report, const std::string& set);
std::string limit_table(const Report& report);
std::string memory_table(const Report& report);
std::string skipped_list(const Report& report);

}  // namespace ptychopatch::bench
