// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "math/enums.hpp"
#include "math/hd.hpp"

namespace ppatch {

// A coordinate as integer part and fraction in [0, 1).
struct Coordinate {
  std::int64_t integer = 0;
  double fraction = 0.0;
};

// Positions are legal within +-max_position on each axis; float64 still resolves 1e-7 px there.
constexpr double max_position = 1e9;

// integer + offset for any finite offset below 2^62; a fraction that rounds to 1 is carried.
PPATCH_HD Coordinate make_coordinate(std::int64_t integer, double offset) {
  const double floor_offset = std::floor(offset);
  Coordinate c{integer + static_cast<std::int64_t>(floor_offset), offset - floor_offset};
  if (c.fraction >= 1.0) {
    ++c.integer;
    c.fraction = 0.0;
  }
  return c;
}

PPATCH_HD Coordinate negate(Coordinate c) {
  return c.fraction == 0.0 ? Coordinate{-c.integer, 0.0}
                           : make_coordinate(-c.integer - 1, 1.0 - c.fraction);
}

// Where the first pixel of a patch samples the image.
struct PatchOrigin {
  double fraction_y = 0.0, fraction_x = 0.0;
  std::int32_t y = 0, x = 0;
};

// Whether the nearest integer of a coordinate is the one above its integer part: halves go up.
PPATCH_HD bool rounds_up(const Coordinate& c) { return c.fraction >= 0.5; }

PPATCH_HD double value_of(Coordinate c) { return static_cast<double>(c.integer) + c.fraction; }

// Where the patch's first pixel samples the image, for a position p on an axis of n patch pixels.
PPATCH_HD Coordinate window_origin(Coordinate p, Anchor anchor, Sign sign, std::int64_t n) {
  const Coordinate c = sign == Sign::content ? negate(p) : p;
  switch (anchor) {
    case Anchor::half:
      return {c.integer - n / 2, c.fraction};
    case Anchor::centre: {
      const std::int64_t twice = n - 1;
      if (twice % 2 == 0) return {c.integer - twice / 2, c.fraction};
      return make_coordinate(c.integer - twice / 2, c.fraction - 0.5);
    }
    default:
      return c;
  }
}

}  // namespace ppatch
