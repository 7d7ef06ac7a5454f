// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>

#include "math/enums.hpp"
#include "math/pixel_types.hpp"
#include "math/sample_types.hpp"

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

// Of an image's samples.
#define PPATCH_SAMPLE_TYPE(name, ...) DType::name,
constexpr std::initializer_list<DType> sample_types = {PPATCH_SAMPLE_TYPES(PPATCH_SAMPLE_TYPE)};
#undef PPATCH_SAMPLE_TYPE

// Calls body with a value of the type of an image's samples; other dtypes do nothing.
template <class Body>
void with_sample(DType dtype, Body&& body) {
  switch (dtype) {
#define PPATCH_SAMPLE_TYPE(name, type) \
  case DType::name:                    \
    return body(static_cast<type>(0));
    PPATCH_SAMPLE_TYPES(PPATCH_SAMPLE_TYPE)
#undef PPATCH_SAMPLE_TYPE
    default:
      return;
  }
}

}  // namespace ppatch
