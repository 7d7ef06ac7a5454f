// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace ptychopatch::formats {

// libmatio takes a file that is cut off for one with fewer variables, and looks at no checksum. So
// the variables of a MAT file of version 5 are gone through before: answers how many bytes each has
// once it is inflated. FormatError where one is cut off or does not inflate to its end.
std::vector<std::uint64_t> check_mat_elements(const std::string& path);

}  // namespace ptychopatch::formats
