// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "formats/npy_array.hpp"

namespace ptychopatch::formats {

// NumPy keeps text as fixed-width UTF-32; outside of arrays it is UTF-8 here.
std::vector<std::string> texts_of(const NpyArray& array, const std::string& source);

// An array with no axes that holds one text.
NpyArray text_array(const std::string& utf8);

}  // namespace ptychopatch::formats
