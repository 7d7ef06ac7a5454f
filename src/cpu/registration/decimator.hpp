// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/registration/decimation_filter.hpp"
#include "cpu/registration/scene_loops.hpp"
#include "cpu/threads/arena.hpp"
#include "math/boundary.hpp"

namespace ppatch {

// A plane of floats.
struct Plane {
  float* data = nullptr;
  std::int64_t height = 0, width = 0, stride = 0;
  float* row(std::int64_t y) const { return data + y * stride; }
};

// Rows that come out of one piece of work: as many as leave each thread two pieces, for rows at the
// ends of pieces are filtered twice. A multiple of decimation_rows and of 16, so that runs of
// fixed_pattern.hpp begin with a piece.
inline std::int64_t decimation_slab(std::int64_t height, int threads) {
  const std::int64_t pieces = 2 * static_cast<std::int64_t>(threads);
  const std::int64_t rows = (height + 16 * pieces - 1) / (16 * pieces) * 16;
  return std::clamp<std::int64_t>(rows, 64, 1024);
}

// So many floats that a row behind them begins a cache line where they do.
inline std::int64_t whole_lines(std::int64_t floats) { return (floats + 15) / 16 * 16; }

// Floats of a row with what its first and last taps reach.
inline std::int64_t padded_floats(const DecimationFilter& filter, std::int64_t width) {
  return whole_lines(width + 2 * filter.half() + filter.step);
}

// Floats of one thread's memory beside what its source needs.
inline std::int64_t decimation_floats(const DecimationFilter& filter, std::int64_t in_width,
                                      std::int64_t out_width) {
  return padded_floats(filter, in_width) +
         whole_lines(decimation_spare(filter.count, filter.step)) +
         (filter.count + filter.step * (decimation_rows - 1)) * whole_lines(out_width);
}

// out = every step-th filtered sample of a height x width source, which is wrapped, or reflected:
// that leaves the carriers of a CFA in phase. open(first, end, slot memory) gives an object
// whose read(y, float*) gives its rows; of them [first, end) belong to this piece of work, the
// others to its neighbours too.
template <class Open>
void decimate(const DecimationFilter& filter, std::int64_t height, std::int64_t width,
              Boundary beyond, const SceneLoops& loops, const Arena& arena, float* slots,
              std::int64_t slot_floats, Open&& open, const Plane& out) {
  const int half = filter.half();
  const std::int64_t rows_of_slab = decimation_slab(out.height, arena.num_threads());
  const std::int64_t slabs = (out.height + rows_of_slab - 1) / rows_of_slab;
  arena.parallel_for(slabs, [&](std::int64_t slab, int slot) {
    float* padded = slots + slot * slot_floats;
    float* line = padded + half;
    float* spare = padded + padded_floats(filter, width);
    float* ring = spare + whole_lines(decimation_spare(filter.count, filter.step));
    const std::int64_t ring_stride = whole_lines(out.width);
    const int held = filter.count + filter.step * (decimation_rows - 1);
    const auto ring_row = [&](std::int64_t y) {
      return ring + (y % held + held) % held * ring_stride;
    };
    const std::int64_t j0 = slab * rows_of_slab;
    const std::int64_t j1 = std::min(out.height, j0 + rows_of_slab);
    auto source = open(filter.step * j0, j1 == out.height ? height : filter.step * j1,
                       ring + held * ring_stride);
    std::int64_t next = filter.step * j0 - half;  // extended row to be read next
    for (std::int64_t j = j0; j < j1; j += decimation_rows) {
      const auto outs = static_cast<int>(std::min<std::int64_t>(decimation_rows, j1 - j));
      for (; next <= filter.step * (j + outs - 1) + half; ++next) {
        source.read(extended_index(beyond, next, height), line);
        for (int i = 1; i <= half; ++i) {
          line[-i] = line[extended_index(beyond, -i, width)];
          line[width - 1 + i] = line[extended_index(beyond, width - 1 + i, width)];
        }
        loops.decimate_row(filter.taps, filter.count, filter.step, padded, spare, ring_row(next),
                           out.width);
      }
      const float* rows[decimation_taps + 3 * decimation_rows];
      for (int t = 0; t < filter.count + filter.step * (outs - 1); ++t) {
        rows[t] = ring_row(filter.step * j - half + t);
      }
      float* to[decimation_rows];
      for (int q = 0; q < outs; ++q) to[q] = out.row(j + q);
      loops.combine_rows(filter.taps, filter.count, filter.step, rows, outs, to, out.width);
    }
  });
}

}  // namespace ppatch
