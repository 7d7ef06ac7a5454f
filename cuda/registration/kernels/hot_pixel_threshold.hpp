// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_select.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/registration/conditioning.hpp"
#include "kernels/registration/hot_pixels.hpp"
#include "kernels/registration/scene_image.hpp"
#include "math/division.hpp"

namespace ppatch {

// How far beyond its neighbours a pixel must lie to be hot, by CFA phase: a block finds the median
// deviation of one.
template <class T>
struct SceneHotPixelThreshold {
  static constexpr int threads = 256;
  using Select = BlockSelect<threads>;
  struct Shared {
    std::int32_t y[DeviationGrid::max_lines], x[DeviationGrid::max_lines];
    float deviation[DeviationGrid::max_cells];
    Select::Shared select;
  };
  using Private = Select::Private;

  ScenePixels pixels;
  NearPixels near;
  DeviationGrid grid;
  const Conditioning* conditioning = nullptr;
  float* threshold = nullptr;

  std::int64_t blocks() const { return std::int64_t{near.period} * near.period; }
  PPATCH_HD std::int64_t steps(std::int64_t) const {
    return conditioning->status == scene_ok && conditioning->repairs ? 3 + Select::steps : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private& own) const {
    const auto phase = static_cast<int>(at.block);
    if (n == 0) return locate(at.thread, shared);
    const std::int64_t count = std::int64_t{grid.rows.count} * grid.columns.count;
    if (n == 1) {
      PPATCH_ROLLED
      for (int i = at.thread; i < count; i += threads) {
        const std::int32_t y = shared.y[i / grid.columns.count] + phase / near.period;
        const std::int32_t x = shared.x[i % grid.columns.count] + phase % near.period;
        shared.deviation[i] = deviation(phase, y, x);
      }
    } else if (n < 2 + Select::steps) {
      const float* deviations = shared.deviation;
      Select::step(
          n - 2, at.thread, count, count / 2, [&](std::int64_t i) { return deviations[i]; },
          shared.select, own);
    } else if (at.thread == 0) {
      threshold[phase] =
          hot_sigmas * (count > 0 ? sigma_of_median * float_of(own.found) : no_bound);
    }
  }

 private:
  PPATCH_HD void locate(int line, Shared& shared) const {
    if (line < grid.rows.count) shared.y[line] = static_cast<std::int32_t>(grid.y(line));
    if (line < grid.columns.count) shared.x[line] = static_cast<std::int32_t>(grid.x(line));
  }
  PPATCH_HD float deviation(int phase, std::int32_t y, std::int32_t x) const {
    float around[8];
    for (int k = 0; k < 8; ++k) {
      around[k] = scaled(y + near.y[phase][k], x + near.x[phase][k]);
    }
    return std::fabs(scaled(y, x) - median_of_eight(around));
  }
  // Neighbours may be of another CFA phase than the pixel.
  PPATCH_HD float scaled(std::int32_t y, std::int32_t x) const {
    const auto period = static_cast<std::uint32_t>(near.period);
    const std::uint32_t phase =
        static_cast<std::uint32_t>(y) % period * period + static_cast<std::uint32_t>(x) % period;
    const auto value = static_cast<double>(pixels.row<T>(y)[x * pixels.stride_x]);
    return static_cast<float>((value - conditioning->black[phase]) * conditioning->factor[phase]);
  }
};

}  // namespace ppatch
