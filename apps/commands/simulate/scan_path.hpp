// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace ptychopatch::simulate {

enum class PathKind { raster, raster_jittered, fermat };

struct Position {
  double y = 0;
  double x = 0;
};

// The rectangle that positions stay in, ends included.
struct Field {
  double top = 0, left = 0, bottom = 0, right = 0;

  double height() const { return bottom - top; }
  double width() const { return right - left; }
  bool contains(const Position& position) const {
    return position.y >= top && position.y <= bottom && position.x >= left && position.x <= right;
  }
};

// Positions about `step` pixels apart: a raster row by row, the same with each position moved by up
// to 0.35 steps on each axis, or Fermat's spiral (n-th position at radius step sqrt(n / pi), golden
// angle).
std::vector<Position> path_by_step(PathKind kind, const Field& field, double step,
                                   std::uint64_t seed);

// Exactly count positions that fill the field.
std::vector<Position> path_by_count(PathKind kind, const Field& field, std::int64_t count,
                                    std::uint64_t seed);

// How many positions path_by_step would give, about.
double expected_count(const Field& field, double step);

}  // namespace ptychopatch::simulate
