// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/pixel.hpp"

// The dtypes of images and patches: name in DType, storage, arithmetic, components. With every type
// of two components goes the one of its storage and arithmetic alone. CMake reads the names from
// these lines, and makes a unit of CPU loops and one of CUDA kernels for each.
#define PPATCH_PIXEL_TYPES(X) \
  X(f32, float, float, 1)     \
  X(f64, double, double, 1)   \
  X(c64, float, float, 2)     \
  X(c128, double, double, 2)

namespace ppatch {

template <template <class...> class Template, class... P>
using PixelTypesInto = Template<P...>;

struct PixelTypes {
#define PPATCH_PIXEL_TYPE(name, ...) using name = Pixel<__VA_ARGS__>;
  PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)
#undef PPATCH_PIXEL_TYPE

  // Template<all of them>.
#define PPATCH_PIXEL_TYPE(name, ...) , name
  template <template <class...> class Template>
  using Into = PixelTypesInto<Template PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)>;
#undef PPATCH_PIXEL_TYPE
};

}  // namespace ppatch
