// SPDX-License-Identifier: Apache-2.0
#include "core/patches/patch_positions.hpp"

#include <algorithm>

namespace ppatch {
namespace {

// Undoes window_origin.
double axis_position(std::int64_t integer, double fraction, Anchor anchor, Sign sign,
                     std::int64_t n) {
  Coordinate c{integer, fraction};
  if (anchor == Anchor::half) c.integer += n / 2;
  if (anchor == Anchor::centre) {
    c.integer += (n - 1) / 2;
    if ((n - 1) % 2 != 0) c = make_coordinate(c.integer, c.fraction + 0.5);
  }
  return sign == Sign::content ? -value_of(c) : value_of(c);
}

std::int64_t integer_at(const CheckedArray& array, std::int64_t k) {
  const std::int64_t at = k * array.stride(0);
  return array.dtype() == DType::i32 ? static_cast<const std::int32_t*>(array.data())[at]
                                     : static_cast<const std::int64_t*>(array.data())[at];
}

}  // namespace

PatchPositions::PatchPositions(const PatchSettings& settings, const Allocator& allocator)
    : settings_(settings),
      origins_(allocator, settings.capacity),
      image_index_(allocator, settings.capacity) {}

void PatchPositions::set(const PositionSource& source) {
  const PositionReader reader(settings_, source);
  reader.check();
  reader.read(origins_.data());
  if (source.count != count_) indexed_ = false;
  count_ = source.count;
}

void PatchPositions::set_image_index(const CheckedArray& index) {
  index.expect_host();
  index.expect_dtype({DType::i32, DType::i64});
  index.expect_shape({count_});
  std::int64_t largest = -1;
  for (std::int64_t k = 0; k < count_; ++k) {
    const std::int64_t value = integer_at(index, k);
    if (value < 0 || value > INT32_MAX) {
      invalid("index[", k, "]: expected 0 to ", INT32_MAX, ", got ", value);
    }
    largest = std::max(largest, value);
  }
  for (std::int64_t k = 0; k < count_; ++k) {
    image_index_[k] = static_cast<std::int32_t>(integer_at(index, k));
  }
  indexed_ = true;
  min_image_count_ = largest + 1;
}

void PatchPositions::write(double* out, std::int64_t stride_k, std::int64_t stride_axis) const {
  const PatchSettings& s = settings_;
  const int y = column_of_y(s.axes);
  for (const PatchOrigin& o : origins()) {
    out[y * stride_axis] = axis_position(o.y, o.fraction_y, s.anchor, s.sign, s.patch_height);
    out[(1 - y) * stride_axis] = axis_position(o.x, o.fraction_x, s.anchor, s.sign, s.patch_width);
    out += stride_k;
  }
}

}  // namespace ppatch
