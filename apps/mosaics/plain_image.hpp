// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mosaics/image_input.hpp"

namespace ptychopatch::mosaics {

// Whether an array of that shape is red, green and blue, and alpha perhaps: no image to register is
// three or four pixels wide.
inline bool has_colours(const formats::Shape& shape) {
  return shape.size() == 3 && (shape[2] == 3 || shape[2] == 4);
}

// Whether the library makes luminance of samples of that type as they are.
bool becomes_luminance(const formats::ElementType& type);

// What was read, (H, W) or (H, W, channels), as an image to register. Alpha must be opaque.
RawImage plain(formats::NpyArray array, const ImageSettings& settings, const std::string& source);

}  // namespace ptychopatch::mosaics
