// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The values are those of the public header; core checks that at compile time.
namespace ppatch {

enum class DType : std::int32_t {
  f32 = 1,
  f64 = 2,
  c64 = 3,
  c128 = 4,
  i32 = 5,
  i64 = 6,
  u16 = 7,
  u8 = 8,
  i16 = 9
};
enum class Interpolation : std::int32_t { bilinear = 0, nearest = 1, bicubic = 2, lanczos3 = 3 };
constexpr auto last_interpolation = Interpolation::lanczos3;
enum class Boundary : std::int32_t { zero = 0, constant = 1, edge = 2, reflect = 3, wrap = 4 };
constexpr auto last_boundary = Boundary::wrap;
enum class Anchor : std::int32_t { corner = 0, half = 1, centre = 2 };
enum class Axes : std::int32_t { yx = 0, xy = 1 };
enum class Sign : std::int32_t { window = 0, content = 1 };
enum class Layout : std::int32_t { flat = 0, channel_last = 1, channel_first = 2 };
enum class Algorithm : std::int32_t { automatic = 0, batched = 1, iterative = 2 };
enum class LocalOffsets : std::int32_t { as_given = 0, mirrored_ptychopinn = 1 };
enum class Subpixel : std::int32_t { object = 0, probe = 1 };
enum class GroupOrder : std::int32_t { as_drawn = 0, by_distance = 1, by_position = 2 };

// The column of y.
constexpr int column_of_y(Axes axes) { return axes == Axes::yx ? 0 : 1; }

}  // namespace ppatch
