// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/tensor.hpp"
#include "pictures/plane.hpp"

namespace ptychopatch::app {

// How many images and positions there are, and where each patch lies in an array of patches.
struct PatchGeometry {
  bool batch = false;  // images and patches have an additional first axis
  std::int64_t images = 1;
  std::int64_t image_height = 0;
  std::int64_t image_width = 0;
  std::int64_t positions = 0;
  std::int64_t group = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;
  ppatch_layout layout = PPATCH_LAYOUT_FLAT;

  // image: (H, W) or (M, H, W).
  void set_image(const formats::Shape& shape, const std::string& source);
  // positions: (K, 2) or (K / group, group, 2).
  void set_positions(const formats::Shape& shape, const std::string& source);

  // Of all patches, and of `count` positions of one image.
  formats::Shape patches_shape() const;
  formats::Shape part_shape(std::int64_t count) const;
  formats::Shape image_shape() const { return {image_height, image_width}; }
  std::int64_t patch_size() const { return height * width; }

  // Patch k of an array of part_shape.
  pictures::Plane patch(const formats::Tensor& part, std::int64_t k) const;
};

}  // namespace ptychopatch::app
