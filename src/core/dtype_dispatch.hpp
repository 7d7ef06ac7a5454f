// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>

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
