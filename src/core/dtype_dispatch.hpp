// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_
#define PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_

#include <cstdint>
#include <initializer_list>

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

// The types of an image's samples.
constexpr std::initializer_list<DType> sample_types = {DType::u8, DType::u16, DType::i16,
                                                       DType::f32, DType::f64};

// Calls body with a value of the type of an image's samples.
template <class Body>
void with_sample(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::u8:
      return body(std::uint8_t{});
    case DType::u16:
      return body(std::uint16_t{});
    case DType::i16:
      return body(std::int16_t{});
    case DType::f32:
      return body(float{});
    default:
      return body(double{});
  }
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_
