// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string>

#include "formats/npy_array.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ptychopatch::formats {

// Where in the image a scan's zero lies, in pixels (row, column).
struct Origin {
  enum class Kind {
    place,   // at `place`, which is pixel (0, 0) unless said otherwise
    centre,  // at (H / 2, W / 2)
    fit      // so that the area that all patches cover lies in the middle of the image
  };
  Kind kind = Kind::place;
  std::array<double, 2> place = {0, 0};
};

// How a file's numbers become pixels of the image; every pair is (row, column).
//   pixels = (numbers - zero) / pixel_size, then the origin is added
struct Placement {
  std::string units = "pixels of the image";
  std::optional<std::array<double, 2>> pixel_size = {{1, 1}};  // none where the file does not say
  std::string size_source;                                     // what says so; "" for pixels
  std::array<double, 2> zero = {0, 0};
  Origin origin;
  std::string origin_source;

  bool trivial() const;
};

// Positions in pixels of the image, f64, from numbers (..., 2). The options say which column is the
// row, which way the sign goes and how large patches are.
NpyArray place(NpyArray numbers, const Placement& placement, const ppatch_patch_options& options,
               std::int64_t image_height, std::int64_t image_width, const std::string& source);

// "positions in metres; a pixel is 8e-09 x 8e-09 (pixel_height_m ...); zero at the image's centre".
std::string placement_text(const Placement& placement);
std::string origin_text(const Origin& origin);

}  // namespace ptychopatch::formats
