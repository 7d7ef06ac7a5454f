// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_PNG_HPP_
#define PTYCHOPATCH_APPS_FORMATS_PNG_HPP_

#include <cstdint>
#include <span>

#include "formats/bytes.hpp"

namespace ptychopatch::formats {

// A PNG file of 8-bit sRGB pixels, three bytes each, rows from the top.
Bytes encode_png(std::span<const std::uint8_t> rgb, std::int64_t height, std::int64_t width);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_PNG_HPP_
