// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/enums.hpp"
#include "math/hd.hpp"

// Views of the caller's arrays with the axes told apart. Strides count scalars of the real type, so
// a complex array has its element strides doubled: the loops know only real rows.
namespace ppatch {

// `count` images of height x width.
struct ImageView {
  void* data = nullptr;
  DType dtype = DType::f32;
  std::int64_t count = 0, height = 0, width = 0;
  std::int64_t stride_image = 0, stride_y = 0, stride_x = 0;

  template <class T>
  PPATCH_HD T* at(std::int64_t m, std::int64_t y, std::int64_t x) const {
    return static_cast<T*>(data) + m * stride_image + y * stride_y + x * stride_x;
  }
};

}  // namespace ppatch
