// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/coordinate.hpp"

#include <cmath>

namespace oracle {
namespace {

Coordinate normal(std::int64_t integer, long double fraction) {
  const long double below = std::floor(fraction);
  return {integer + static_cast<std::int64_t>(below), fraction - below};
}

// Weights are functions of a fraction in double precision: one that rounds to 1 is the next pixel's
// 0, which decides the side of a kink.
Coordinate resolved(const Coordinate& c) {
  return normal(c.integer, static_cast<double>(c.fraction));
}

// The nearest pixel, of two the even one, as the C library's rounding has it.
Coordinate to_even(const Coordinate& c) {
  const long double nearest = std::nearbyint(static_cast<long double>(c.integer % 2) + c.fraction);
  return {c.integer - c.integer % 2 + static_cast<std::int64_t>(nearest), 0};
}

// (N - 1) / 2 is a half-integer for even N.
Coordinate minus_anchor(const Coordinate& c, ppatch_anchor anchor, std::int64_t n) {
  switch (anchor) {
    case PPATCH_ANCHOR_HALF:
      return {c.integer - n / 2, c.fraction};
    case PPATCH_ANCHOR_CENTRE:
      return normal(c.integer - (n - 1) / 2, c.fraction - (n % 2 == 0 ? 0.5L : 0.0L));
    default:
      return c;
  }
}

}  // namespace

Coordinate coordinate(std::int64_t integer, double fraction) { return normal(integer, fraction); }

Coordinate negated(const Coordinate& c) { return normal(-c.integer, -c.fraction); }

long double value(const Coordinate& c) { return static_cast<long double>(c.integer) + c.fraction; }

std::vector<Position> positions_in_use(const ppatch_patch_options& options,
                                       const std::vector<Position>& given) {
  std::vector<Position> used = given;
  if (options.local_offsets != PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN) return used;
  const std::size_t members = options.group_size ? options.group_size : 1;
  for (std::size_t first = 0; first < given.size(); first += members) {
    for (int column = 0; column < 2; ++column) {
      // In double precision, as documented: a tie of the rounding to float32 hangs on it.
      const auto at = [&](std::size_t j) {
        return static_cast<double>(value(given[first + j][column]));
      };
      double sum = 0;
      for (std::size_t j = 0; j < members; ++j) sum += at(j);
      const double mean = sum / static_cast<double>(members);
      for (std::size_t j = 0; j < members; ++j) {
        const double local = at(j) - mean;
        used[first + j][column] = coordinate(0, static_cast<float>(mean - local));
      }
    }
  }
  return used;
}

std::vector<Position> corners(const ppatch_patch_options& options,
                              const std::vector<Position>& given) {
  std::vector<Position> out;
  for (const Position& p : positions_in_use(options, given)) {
    Coordinate y = p[options.axes == PPATCH_AXES_XY ? 1 : 0];
    Coordinate x = p[options.axes == PPATCH_AXES_XY ? 0 : 1];
    if (options.sign == PPATCH_SIGN_CONTENT) {
      y = negated(y);
      x = negated(x);
    }
    const bool shifted = options.subpixel == PPATCH_SUBPIXEL_PROBE;
    const bool even = options.halves == PPATCH_HALVES_EVEN &&
                      (shifted || options.interpolation == PPATCH_INTERPOLATION_NEAREST);
    const auto corner = [&](Coordinate c, std::int64_t n) {
      const bool after = options.anchor == PPATCH_ANCHOR_CENTRE;
      if (even && shifted) {
        // Where a half goes to the pixel below, it becomes a little less.
        const Coordinate judged = resolved(after ? minus_anchor(c, options.anchor, n) : c);
        Coordinate first = resolved(minus_anchor(c, options.anchor, n));
        if (judged.fraction == 0.5L && to_even(judged).integer == judged.integer)
          first.fraction -= 1e-18L;
        return first;
      }
      if (even && !after) c = to_even(resolved(c));
      c = resolved(minus_anchor(c, options.anchor, n));
      return even && after ? to_even(c) : c;
    };
    out.push_back({corner(y, options.patch_height), corner(x, options.patch_width)});
  }
  return out;
}

}  // namespace oracle
