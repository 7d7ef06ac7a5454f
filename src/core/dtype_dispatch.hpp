// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_
#define PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_

#include <cstdint>

#include "math/enums.hpp"

namespace ppatch {

// Pixels of components values of Real.
template <class Real, int Components>
struct Pixel {
  using T = Real;
  static constexpr int C = Components;
};

// Calls body with the Pixel type of a floating dtype.
template <class Body>
void with_pixel(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::f32:
      return body(Pixel<float, 1>{});
    case DType::f64:
      return body(Pixel<double, 1>{});
    case DType::c64:
      return body(Pixel<float, 2>{});
    case DType::c128:
      return body(Pixel<double, 2>{});
    default:
      return;
  }
}

// Calls body with a value of the type of an image's samples: u16, f32 or f64.
template <class Body>
void with_sample(DType dtype, Body&& body) {
  if (dtype == DType::u16) {
    body(std::uint16_t{});
  } else if (dtype == DType::f32) {
    body(float{});
  } else {
    body(double{});
  }
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_
