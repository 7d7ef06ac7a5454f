// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/line.hpp"

namespace oracle {
namespace {

// The periodic extension of `period` at i.
std::int64_t periodic(const std::vector<std::int64_t>& period, std::int64_t i) {
  const std::int64_t length = static_cast<std::int64_t>(period.size());
  while (i < 0) i += length * (1 + (-i) / length);
  return period[i % length];
}

}  // namespace

std::int64_t extended(ppatch_boundary boundary, std::int64_t i, std::int64_t n) {
  if (i >= 0 && i < n) return i;
  std::vector<std::int64_t> period;
  switch (boundary) {
    case PPATCH_BOUNDARY_EDGE:
      return i < 0 ? 0 : n - 1;
    case PPATCH_BOUNDARY_REFLECT:  // 0 1 2 3 2 1 | 0 1 2 3 2 1
      for (std::int64_t j = 0; j < n; ++j) period.push_back(j);
      for (std::int64_t j = n - 2; j > 0; --j) period.push_back(j);
      return periodic(period, i);
    case PPATCH_BOUNDARY_WRAP:
      for (std::int64_t j = 0; j < n; ++j) period.push_back(j);
      return periodic(period, i);
    default:
      return outside_index;
  }
}

Line line(const ppatch_patch_options& options, const Coordinate& start, std::int64_t length,
          std::int64_t n) {
  Line out(length);
  const std::vector<Tap> weights = taps(interpolation_in_use(options), start.fraction);
  for (std::int64_t i = 0; i < length; ++i) {
    for (const Tap& tap : weights) {
      out[i].push_back(
          {extended(options.boundary, start.integer + i + tap.offset, n), tap.weight, tap.slope});
    }
  }
  return out;
}

}  // namespace oracle
