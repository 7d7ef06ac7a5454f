// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace oracle {

// integer + fraction with 0 <= fraction < 1: keeps what one floating-point number would round away.
struct Coordinate {
  std::int64_t integer = 0;
  long double fraction = 0;
};

Coordinate coordinate(std::int64_t integer, double fraction);
Coordinate negated(const Coordinate& c);
long double value(const Coordinate& c);

// Two columns, in the caller's axes.
using Position = std::array<Coordinate, 2>;

// The positions in use: mirrored about the group's mean where the options say so.
std::vector<Position> positions_in_use(const ppatch_patch_options& options,
                                       const std::vector<Position>& given);

// Where pixel (0, 0) of each patch falls in the image, as (y, x): axes, sign and anchor applied.
std::vector<Position> corners(const ppatch_patch_options& options,
                              const std::vector<Position>& given);

}  // namespace oracle
