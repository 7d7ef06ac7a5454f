// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/array_check.hpp"
#include "core/patches/position_source.hpp"

namespace ppatch {

// The positions of a plan and the image that each belongs to, checked and ready for an engine. What
// a set refuses leaves the old ones.
class PatchPositions {
 public:
  PatchPositions() = default;
  PatchPositions(const PatchSettings& settings, const Allocator& allocator);
  static std::uint64_t bytes_of(std::int64_t capacity) {
    return Buffer<PatchOrigin>::bytes_of(capacity) + Buffer<std::int32_t>::bytes_of(capacity);
  }

  // Drops the image index where the count changes.
  void set(const PositionSource& source);
  // One number of an image a position, in host memory.
  void set_image_index(const CheckedArray& index);
  void drop_image_index() { indexed_ = false; }

  std::int64_t count() const { return count_; }
  std::span<const PatchOrigin> origins() const {
    return {origins_.data(), static_cast<std::size_t>(count_)};
  }
  bool has_image_index() const { return indexed_; }
  // Empty where there is none.
  std::span<const std::int32_t> image_index() const {
    return {image_index_.data(), static_cast<std::size_t>(indexed_ ? count_ : 0)};
  }
  // The images that the index needs.
  std::int64_t min_image_count() const { return indexed_ ? min_image_count_ : 0; }

  // The positions in use, in the columns that the settings name; strides are in doubles.
  void write(double* out, std::int64_t stride_k, std::int64_t stride_axis) const;

 private:
  PatchSettings settings_;
  Buffer<PatchOrigin> origins_;
  Buffer<std::int32_t> image_index_;
  std::int64_t count_ = 0;
  bool indexed_ = false;
  std::int64_t min_image_count_ = 0;
};

}  // namespace ppatch
