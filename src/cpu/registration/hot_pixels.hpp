// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/registration/cfa_neighbours.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "kernels/registration/hot_pixels.hpp"

namespace ppatch {

// The tests that find isolated hot and dead pixels in a row: beyond the extremes of eight
// neighbours by more than twice their spread and eight sigma. What two of the eight allow, all
// eight allow, and two are enough for nearly all pixels.
class HotPixelTests {
 public:
  HotPixelTests() = default;
  // sigma: by CFA phase.
  HotPixelTests(const CfaNeighbours& neighbours, const float* sigma);

  // Replaces hot pixels x0 <= x < x1 of row y; ring(y) gives the rows near it, of
  // scaled pixels, and replace(x, value) takes the median of a hot one's neighbours.
  template <class Ring, class Replace>
  void find(std::int64_t y, std::int64_t x0, std::int64_t x1, const SceneLoops& loops, Ring&& ring,
            Replace&& replace) const {
    const Row& row = rows_[y % period_];
    const float* value = ring(y);
    constexpr std::int64_t max_blocks = 64;
    constexpr std::int64_t max_pixels = max_blocks * pixel_lanes;
    for (std::int64_t part = x0 / max_pixels * max_pixels; part < x1; part += max_pixels) {
      const std::int64_t from = std::max<std::int64_t>(0, x0 - part);
      const std::int64_t to = std::min(max_pixels, x1 - part);
      std::uint8_t found[max_blocks] = {};
      for (int p = 0; p < row.pair_count; ++p) {
        const Pair& pair = row.pairs[p];
        loops.suspects(value + part, ring(y + pair.a.y) + part + pair.a.x,
                       ring(y + pair.b.y) + part + pair.b.x, pair.threshold, from, to, found);
      }
      for (std::int64_t block = 0; block < max_blocks; ++block) {
        if (found[block] == 0) continue;
        const std::int64_t start = std::max(from, block * pixel_lanes);
        test(row, y, part + start, std::min(to, (block + 1) * pixel_lanes) - start,
             start % pixel_lanes, loops, ring, replace);
      }
    }
  }

 private:
  // The threshold is infinite at CFA phases that the test is not for.
  struct Pair {
    PixelOffset a, b;
    float threshold[pixel_lanes];
  };
  struct Set {
    Neighbours near;
    float threshold[pixel_lanes];
  };
  struct Row {
    int pair_count = 0, set_count = 0;
    Pair pairs[6];
    Set sets[6];
  };

  // Of the pixels [x, x + n) of row y, the first in that lane.
  template <class Ring, class Replace>
  void test(const Row& row, std::int64_t y, std::int64_t x, std::int64_t n, std::int64_t lane,
            const SceneLoops& loops, Ring& ring, Replace& replace) const {
    for (int s = 0; s < row.set_count; ++s) {
      const Set& set = row.sets[s];
      const float* around[8];
      for (std::size_t k = 0; k < 8; ++k) around[k] = ring(y + set.near[k].y) + x + set.near[k].x;
      std::int32_t hot[pixel_lanes];
      if (!loops.outliers(ring(y) + x, around, set.threshold + lane, n, hot)) continue;
      for (std::int64_t i = 0; i < n; ++i) {
        if (hot[i] == 0) continue;
        float values[8];
        for (int k = 0; k < 8; ++k) values[k] = around[k][i];
        replace(x + i, median_of_eight(values));
      }
    }
  }

  int period_ = 1;
  Row rows_[6];
};

}  // namespace ppatch
