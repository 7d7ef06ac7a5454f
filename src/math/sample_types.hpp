// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The dtypes of the samples of an image to register: name in DType, type.
#define PPATCH_SAMPLE_TYPES(X) \
  X(u8, std::uint8_t)          \
  X(u16, std::uint16_t)        \
  X(i16, std::int16_t)         \
  X(f32, float)                \
  X(f64, double)
