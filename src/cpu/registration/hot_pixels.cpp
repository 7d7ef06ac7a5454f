// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/hot_pixels.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace ppatch {
namespace {

void forbid_all(float* threshold) {
  std::fill(threshold, threshold + pixel_lanes, std::numeric_limits<float>::infinity());
}

}  // namespace

HotPixelTests::HotPixelTests(const CfaNeighbours& neighbours, const float* sigma)
    : period_(neighbours.period) {
  for (int y = 0; y < period_; ++y) {
    Row& row = rows_[y];
    for (int x = 0; x < period_; ++x) {
      const Neighbours& near = neighbours.at(y, x);
      Set* set = std::find_if(row.sets, row.sets + row.set_count,
                              [&](const Set& other) { return other.near == near; });
      if (set == row.sets + row.set_count) {
        ++row.set_count;
        set->near = near;
        forbid_all(set->threshold);
      }
      const std::pair<PixelOffset, PixelOffset> two = two_of(near);
      Pair* pair = std::find_if(row.pairs, row.pairs + row.pair_count, [&](const Pair& other) {
        return other.a == two.first && other.b == two.second;
      });
      if (pair == row.pairs + row.pair_count) {
        ++row.pair_count;
        pair->a = two.first;
        pair->b = two.second;
        forbid_all(pair->threshold);
      }
      for (int l = x; l < pixel_lanes; l += period_) {
        set->threshold[l] = pair->threshold[l] = hot_sigmas * sigma[y * period_ + x];
      }
    }
  }
}

}  // namespace ppatch
