// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "oracle/patches/coordinate.hpp"
#include "oracle/patches/taps.hpp"

namespace oracle {

inline constexpr std::int64_t outside_index = -1;

// The sample of a line of n that stands for index i, or outside_index.
std::int64_t extended(ppatch_boundary boundary, std::int64_t i, std::int64_t n);

struct Source {
  std::int64_t index;  // or outside_index
  double weight;
  double slope;
};

// For each of `length` patch pixels along one axis, what it is made of.
using Line = std::vector<std::vector<Source>>;
Line line(const ppatch_patch_options& options, const Coordinate& start, std::int64_t length,
          std::int64_t n);

}  // namespace oracle
