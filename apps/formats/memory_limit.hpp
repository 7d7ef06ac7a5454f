// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace ptychopatch::formats {

// Refuses what this machine's memory cannot hold at all, before any of it is taken: where memory is
// overcommitted, taking it would not fail but have the process killed later.
void require_memory(std::uint64_t bytes, const std::string& source);

// "71.2 MB".
std::string size_text(std::uint64_t bytes);

}  // namespace ptychopatch::formats
