// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_
#define PTYCHOPATCH_CORE_DTYPE_DISPATCH_HPP_

#include <cstdint>

#include "math/enums.hpp"
#include "math/pixel_types.hpp"

namespace ppatch {

// The dtypes of pixels, and the one of a type of pixels.
#define PPATCH_PIXEL_TYPE(name, ...) DType::name,
constexpr DType pixel_dtypes[] = {PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)};
#undef PPATCH_PIXEL_TYPE

template <class P>
constexpr DType dtype_of{};
#define PPATCH_PIXEL_TYPE(name, ...) \
  template <>                        \
  inline constexpr DType dtype_of<PixelTypes::name> = DType::name;
PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)
#undef PPATCH_PIXEL_TYPE

// Calls body with the type of pixels of a dtype; other dtypes do nothing.
template <class Body>
void with_pixel(DType dtype, Body&& body) {
  switch (dtype) {
#define PPATCH_PIXEL_TYPE(name, ...) \
  case DType::name:                  \
    return body(PixelTypes::name{});
    PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)
#undef PPATCH_PIXEL_TYPE
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
