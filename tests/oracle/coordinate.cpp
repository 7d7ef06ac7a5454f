// SPDX-License-Identifier: Apache-2.0
#include "oracle/coordinate.hpp"

#include <cmath>

namespace oracle {
namespace {

Coordinate normal(std::int64_t whole, long double rest) {
  const long double below = std::floor(rest);
  return {whole + static_cast<std::int64_t>(below), rest - below};
}

// (N - 1) / 2 is a half-integer for even N.
Coordinate minus_anchor(const Coordinate& c, ppatch_anchor anchor, std::int64_t n) {
  switch (anchor) {
    case PPATCH_HALF:
      return {c.whole - n / 2, c.fraction};
    case PPATCH_CENTRE:
      return normal(c.whole - (n - 1) / 2, c.fraction - (n % 2 == 0 ? 0.5L : 0.0L));
    default:
      return c;
  }
}

}  // namespace

Coordinate coordinate(std::int64_t whole, double rest) { return normal(whole, rest); }

Coordinate negated(const Coordinate& c) { return normal(-c.whole, -c.fraction); }

long double value(const Coordinate& c) { return static_cast<long double>(c.whole) + c.fraction; }

std::vector<Position> positions_in_use(const ppatch_patch_options& options,
                                       const std::vector<Position>& given) {
  std::vector<Position> used = given;
  if (options.local_offsets != PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN) return used;
  const std::size_t members = options.group_size ? options.group_size : 1;
  for (std::size_t first = 0; first < given.size(); first += members) {
    for (int column = 0; column < 2; ++column) {
      long double sum = 0;
      for (std::size_t j = 0; j < members; ++j) sum += value(given[first + j][column]);
      const long double mean = sum / members;
      for (std::size_t j = 0; j < members; ++j) {
        const long double local = value(given[first + j][column]) - mean;
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
    Coordinate y = p[options.axes == PPATCH_XY ? 1 : 0];
    Coordinate x = p[options.axes == PPATCH_XY ? 0 : 1];
    if (options.sign == PPATCH_CONTENT) {
      y = negated(y);
      x = negated(x);
    }
    out.push_back({minus_anchor(y, options.anchor, options.patch_height),
                   minus_anchor(x, options.anchor, options.patch_width)});
  }
  return out;
}

}  // namespace oracle
