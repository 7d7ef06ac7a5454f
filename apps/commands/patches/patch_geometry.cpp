// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/patch_geometry.hpp"

#include "formats/format_error.hpp"

namespace ptychopatch::app {

using formats::FormatError;
using formats::Shape;

void PatchGeometry::set_image(const Shape& shape, const std::string& source) {
  const std::size_t axes = shape.size();
  formats::require_shape(axes == 2 || axes == 3, source, shape,
                         "an image (H, W) or images (M, H, W)");
  image_height = shape[axes - 2];
  image_width = shape[axes - 1];
  batch = axes == 3;
  images = batch ? shape[0] : 1;
  formats::require_shape(image_height > 0 && image_width > 0, source, shape, "at least one pixel");
}

void PatchGeometry::set_positions(const Shape& shape, const std::string& source) {
  const bool flat = shape.size() == 2 && shape[1] == 2;
  const bool grouped = shape.size() == 3 && shape[1] == group && shape[2] == 2;
  formats::require_shape(flat || grouped, source, shape,
                         "(K, 2) or, with --group-size c, (B, c, 2)" +
                             (group > 1 ? " with c = " + std::to_string(group) : ""));
  positions = flat ? shape[0] : shape[0] * group;
  if (positions % group != 0) {
    throw FormatError(source + " has " + std::to_string(positions) +
                      " positions, expected a multiple of the group size " + std::to_string(group));
  }
}

Shape PatchGeometry::part_shape(std::int64_t count) const {
  if (layout == PPATCH_LAYOUT_CHANNEL_LAST) return {count / group, height, width, group};
  if (layout == PPATCH_LAYOUT_CHANNEL_FIRST) return {count / group, group, height, width};
  return {count, height, width};
}

Shape PatchGeometry::patches_shape() const {
  Shape shape = part_shape(positions);
  if (batch) shape.insert(shape.begin(), images);
  return shape;
}

pictures::Plane PatchGeometry::patch(const formats::Tensor& part, std::int64_t k) const {
  if (layout == PPATCH_LAYOUT_CHANNEL_LAST) {
    return pictures::plane_of(part, k / group * patch_size() * group + k % group, height, width,
                              group);
  }
  return pictures::plane_of(part, k * patch_size(), height, width);
}

}  // namespace ptychopatch::app
