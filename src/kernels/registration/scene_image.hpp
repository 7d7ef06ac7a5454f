// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"

namespace ppatch {

// One scale of a band-limited image in a device's memory; its rows lie one after another.
struct ScenePlane {
  float* data = nullptr;
  std::int64_t height = 0, width = 0;
};

// What is known of one image, in a device's memory: a ppatch_shift_status, and of the fixed
// patterns that it has the flags of ppatch_shift. Where the status is not OK, nothing else of the
// image holds anything, and kernels leave it alone.
struct SceneImageState {
  std::int32_t status = 0;
  std::uint32_t flags = 0;
};

// The pixels of an image that are used. Masked ones are 0 in the mask.
struct ScenePixels {
  const void* data = nullptr;
  std::int64_t height = 0, width = 0;
  std::int64_t stride_y = 0, stride_x = 0;
  const std::uint8_t* mask = nullptr;
  std::int64_t mask_stride_y = 0, mask_stride_x = 0;

  template <class T>
  PPATCH_HD const T* row(std::int64_t y) const {
    return static_cast<const T*>(data) + y * stride_y;
  }
  PPATCH_HD bool masked(std::int64_t y, std::int64_t x) const {
    return mask && mask[y * mask_stride_y + x * mask_stride_x] == 0;
  }
};

}  // namespace ppatch
