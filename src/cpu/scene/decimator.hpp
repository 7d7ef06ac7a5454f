// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_SCENE_DECIMATOR_HPP_
#define PTYCHOPATCH_CPU_SCENE_DECIMATOR_HPP_

#include <algorithm>
#include <cstdint>

#include "cpu/arena.hpp"
#include "cpu/scene/scene_loops.hpp"

namespace ptychopatch {

// The low-pass filter before every step-th sample is kept: a Kaiser-windowed sinc, the same along
// both axes, whose stop band begins where the kept samples' baseband ends. What it does to the
// passband is common to both images and cancels in their weights.
struct DecimationFilter {
  static constexpr int max_taps = 64;

  DecimationFilter() = default;
  explicit DecimationFilter(int keep_one_of);

  int step = 1;
  int count = 1;
  float taps[max_taps] = {1.0F};
  int half() const { return (count - 1) / 2; }
};

// A plane of floats.
struct Plane {
  float* data = nullptr;
  std::int64_t height = 0, width = 0, stride = 0;
  float* row(std::int64_t y) const { return data + y * stride; }
};

// The sample at an extended coordinate: wrapped, or mirrored without repeating the edge, which
// leaves the carriers of a mosaic in phase.
inline std::int64_t extended(std::int64_t i, std::int64_t n, bool wrap) {
  if (n == 1) return 0;
  const std::int64_t period = wrap ? n : 2 * (n - 1);
  const std::int64_t r = (i % period + period) % period;
  return r < n ? r : period - r;
}

constexpr std::int64_t decimation_slab = 128;  // rows that come out of one piece of work

// Floats of one thread's memory beside what its source needs.
std::int64_t decimation_floats(const DecimationFilter& filter, std::int64_t in_width,
                               std::int64_t out_width);

// out = every step-th filtered sample of a height x width source. open(slot memory) gives an object
// whose read(y, float*) gives its rows.
template <class Open>
void decimate(const DecimationFilter& filter, std::int64_t height, std::int64_t width, bool wrap,
              const SceneLoops& loops, const Arena& arena, float* slots, std::int64_t slot_floats,
              Open&& open, const Plane& out) {
  const int half = filter.half();
  const std::int64_t slabs = (out.height + decimation_slab - 1) / decimation_slab;
  arena.parallel_for(slabs, [&](std::int64_t slab, int slot) {
    float* padded = slots + slot * slot_floats;
    float* line = padded + half;
    float* spare = padded + width + 2 * half + filter.step;
    float* ring = spare + filter.step * (out.width + filter.count / filter.step + 1);
    const auto ring_row = [&](std::int64_t y) {
      return ring + (y % filter.count + filter.count) % filter.count * out.width;
    };
    auto source = open(ring + filter.count * out.width);
    const std::int64_t j0 = slab * decimation_slab;
    const std::int64_t j1 = std::min(out.height, j0 + decimation_slab);
    std::int64_t next = filter.step * j0 - half;  // extended row to be read next
    for (std::int64_t j = j0; j < j1; ++j) {
      for (; next <= filter.step * j + half; ++next) {
        source.read(extended(next, height, wrap), line);
        for (int i = 1; i <= half; ++i) {
          line[-i] = line[extended(-i, width, wrap)];
          line[width - 1 + i] = line[extended(width - 1 + i, width, wrap)];
        }
        loops.decimate_row(filter.taps, filter.count, filter.step, padded, spare, ring_row(next),
                           out.width);
      }
      const float* rows[DecimationFilter::max_taps];
      for (int t = 0; t < filter.count; ++t) {
        rows[t] = ring_row(filter.step * j - half + t);
      }
      loops.combine(filter.taps, filter.count, rows, out.row(j), out.width);
    }
  });
}

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_SCENE_DECIMATOR_HPP_
