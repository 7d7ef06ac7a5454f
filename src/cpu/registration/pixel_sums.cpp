// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pixel_sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/dtype_dispatch.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t rows_per_block = 64;
constexpr int sum_lanes = 24;  // a multiple of every period

// The same sums as add_row's, in integers: contiguous pixels of a camera.
void add_integers(const SummedPixels& pixels, const std::uint16_t* row, std::int64_t y,
                  double bound, const SceneLoops& loops, CfaPhaseSums& sums) {
  const int period = pixels.period;
  const double origin = pixels.origin;
  const auto limit = static_cast<std::uint32_t>(std::clamp(std::ceil(bound), 0.0, 65536.0));
  constexpr std::int64_t max_pixels = pixel_lanes << 15;
  for (std::int64_t x = 0; x < pixels.width; x += max_pixels) {
    IntegerSums lanes{};
    std::fill(lanes.min, lanes.min + pixel_lanes, std::uint16_t{65535});
    // Phases of a CFA are divided by their means, other images by their deviation.
    loops.sum_integers(row + x, std::min(max_pixels, pixels.width - x), limit, period == 1, &lanes);
    for (int l = 0; l < pixel_lanes; ++l) {
      if (lanes.count[l] == 0) continue;
      const auto phase = static_cast<int>(y % period) * period + l % period;
      const double n = lanes.count[l];
      const double total = lanes.sum[l];
      const double squares = 65536.0 * lanes.high_squares[l] + lanes.low_squares[l];
      sums.count[phase] += n;
      sums.sum[phase] += total - n * origin;
      if (period == 1) sums.square[phase] += squares - 2.0 * origin * total + n * origin * origin;
      sums.min[phase] = std::min(sums.min[phase], static_cast<double>(lanes.min[l]));
      sums.max[phase] = std::max(sums.max[phase], static_cast<double>(lanes.max[l]));
    }
  }
}

template <class T>
void add_row(const SummedPixels& pixels, std::int64_t y, const SceneLoops& loops,
             CfaPhaseSums& sums) {
  const SceneImageView& view = pixels.view;
  const T* row = view.row<T>(y);
  const double bound = view.clips ? view.white : std::numeric_limits<double>::infinity();
  const std::uint8_t* mask = view.mask ? view.mask + y * view.mask_stride_y : nullptr;
  if constexpr (std::is_same_v<T, std::uint16_t>) {
    if (view.stride_x == 1 && !mask) return add_integers(pixels, row, y, bound, loops, sums);
  }
  double count[sum_lanes] = {};
  double sum[sum_lanes] = {};
  double square[sum_lanes] = {};
  double min[sum_lanes];
  double max[sum_lanes];
  std::fill(min, min + sum_lanes, std::numeric_limits<double>::infinity());
  std::fill(max, max + sum_lanes, -std::numeric_limits<double>::infinity());
  double residue = 0.0;
  const auto add = [&](std::int64_t x, std::int64_t lane) {
    const auto value = static_cast<double>(row[x * view.stride_x]);
    residue += value * 0.0;  // a NaN for what is not finite
    const bool in = value < bound && (!mask || mask[x * view.mask_stride_x] != 0);
    const double centred = in ? value - pixels.origin : 0.0;
    count[lane] += in ? 1.0 : 0.0;
    sum[lane] += centred;
    square[lane] += centred * centred;
    min[lane] = in && value < min[lane] ? value : min[lane];
    max[lane] = in && value > max[lane] ? value : max[lane];
  };
  std::int64_t x = 0;
  for (; x + sum_lanes <= pixels.width; x += sum_lanes) {
    for (int l = 0; l < sum_lanes; ++l) add(x + l, l);
  }
  for (int l = 0; x < pixels.width; ++x, ++l) add(x, l);
  if (!(residue == 0.0)) sums.finite = 0.0;
  for (int l = 0; l < sum_lanes; ++l) {
    const auto phase = static_cast<int>(y % pixels.period) * pixels.period + l % pixels.period;
    sums.count[phase] += count[l];
    sums.sum[phase] += sum[l];
    sums.square[phase] += square[l];
    sums.min[phase] = std::min(sums.min[phase], min[l]);
    sums.max[phase] = std::max(sums.max[phase], max[l]);
  }
}

std::int64_t block_count(std::int64_t height) {
  return (height + rows_per_block - 1) / rows_per_block;
}

}  // namespace

std::int64_t pixel_sums_doubles(std::int64_t height) {
  return block_count(height) * CfaPhaseSum::count;
}

CfaPhaseSums sum_pixels(const SummedPixels& pixels, const SceneLoops& loops, const Arena& arena,
                        double* scratch) {
  auto* sums = reinterpret_cast<CfaPhaseSums*>(scratch);
  const std::int64_t blocks = block_count(pixels.height);
  with_sample(pixels.view.dtype, [&](auto sample) {
    arena.parallel_for(blocks, [&](std::int64_t block, int) {
      CfaPhaseSums& mine = sums[block];
      for (int i = 0; i < CfaPhaseSum::count; ++i) CfaPhaseSum::at(mine, i) = CfaPhaseSum::start(i);
      const std::int64_t end = std::min(pixels.height, (block + 1) * rows_per_block);
      for (std::int64_t y = block * rows_per_block; y < end; ++y) {
        if (y / pixels.period % pixels.every != 0) continue;
        mine.pixels += static_cast<double>(pixels.width);
        add_row<decltype(sample)>(pixels, y, loops, mine);
      }
    });
  });
  CfaPhaseSums all = sums[0];
  for (std::int64_t b = 1; b < blocks; ++b) {
    for (int i = 0; i < CfaPhaseSum::count; ++i) {
      double& total = CfaPhaseSum::at(all, i);
      total = CfaPhaseSum::joined(i, total, CfaPhaseSum::at(sums[b], i));
    }
  }
  return all;
}

}  // namespace ppatch
