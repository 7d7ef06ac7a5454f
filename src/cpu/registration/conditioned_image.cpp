// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/conditioned_image.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/dtype_dispatch.hpp"
#include "core/registration/conditioning_rules.hpp"
#include "cpu/registration/pixel_sums.hpp"

namespace ppatch {

double ConditionedImage::pixel_at(std::int64_t y, std::int64_t x) const {
  double value = 0.0;
  with_sample(view_.dtype, [&](auto sample) {
    value = static_cast<double>(view_.row<decltype(sample)>(y)[x * view_.stride_x]);
  });
  return value;
}

void ConditionedImage::measure(const CfaNeighbours& neighbours, bool repairs,
                               const SceneLoops& loops, const Arena& arena, double* scratch) {
  period_ = neighbours.period;
  const ConditioningRules rules = conditioning_rules(view_, period_, clipped_ == Clipped::replaced);
  SummedPixels pixels{view_, height_, width_, period_};
  pixels.every = summed_row_step(height_ * width_, rules.integers, rules.masked);
  pixels.origin = sums_origin(pixel_at(0, 0));
  CfaPhaseSums sums = sum_pixels(pixels, loops, arena, scratch);
  if (pixels.every > 1 && is_suspicious(sums, period_)) {
    pixels.every = 1;
    sums = sum_pixels(pixels, loops, arena, scratch);
  }
  conditioning_ = {};
  find_conditioning(sums, pixels.origin, rules, &conditioning_);
  if (conditioning_.status != PPATCH_SHIFT_STATUS_OK) return;
  conditioning_.repairs =
      repairs && height_ > 2 * neighbours.reach && width_ > 2 * neighbours.reach;
  if (conditioning_.repairs) measure_sigma(neighbours, arena);
}

double ConditionedImage::scaled_at(std::int64_t y, std::int64_t x) const {
  const auto phase = static_cast<int>(y % period_) * period_ + static_cast<int>(x % period_);
  return (pixel_at(y, x) - conditioning_.black[phase]) * conditioning_.factor[phase];
}

void ConditionedImage::measure_sigma(const CfaNeighbours& neighbours, const Arena& arena) {
  const int p = neighbours.period;
  const DeviationGrid grid(height_, width_, p, neighbours.reach);
  float sigma[36];
  arena.parallel_for(p * p, [&](std::int64_t index, int) {
    const auto phase = static_cast<int>(index);
    const Neighbours& near = neighbours.at(phase / p, phase % p);
    float deviation[DeviationGrid::max_cells] = {};
    std::int64_t count = 0;
    for (int i = 0; i < grid.rows.count; ++i) {
      const std::int64_t y = grid.y(i) + phase / p;
      for (int j = 0; j < grid.columns.count; ++j) {
        const std::int64_t x = grid.x(j) + phase % p;
        float value[8] = {};
        for (std::size_t k = 0; k < near.size(); ++k) {
          value[k] = static_cast<float>(scaled_at(y + near[k].y, x + near[k].x));
        }
        deviation[count++] =
            std::fabs(static_cast<float>(scaled_at(y, x)) - median_of_eight(value));
      }
    }
    if (count == 0) {
      sigma[phase] = std::numeric_limits<float>::infinity();
      return;
    }
    std::nth_element(deviation, deviation + count / 2, deviation + count);
    sigma[phase] = sigma_of_median * deviation[count / 2];
  });
  hot_pixels_ = HotPixelTests(neighbours, sigma);
}

void ConditionedImage::read_scaled(std::int64_t y, const SceneLoops& loops, float* out) const {
  const auto phase = static_cast<int>(y % period_) * period_;
  with_sample(view_.dtype, [&](auto sample) {
    using T = decltype(sample);
    using Work = std::conditional_t<std::is_same_v<T, double>, double, float>;
    Work black[pixel_lanes];
    Work factor[pixel_lanes];
    for (int l = 0; l < pixel_lanes; ++l) {
      black[l] = static_cast<Work>(conditioning_.black[phase + l % period_]);
      factor[l] = static_cast<Work>(conditioning_.factor[phase + l % period_]);
    }
    const T* row = view_.row<T>(y);
    const std::int64_t step = view_.stride_x;
    if constexpr (std::is_same_v<T, std::uint16_t>) {
      if (step == 1) {
        loops.scale_integers(row, black, factor, out, width_);
        return;
      }
    }
    std::int64_t x = 0;
    if (step == 1) {
      for (; x + pixel_lanes <= width_; x += pixel_lanes) {
        for (int l = 0; l < pixel_lanes; ++l) {
          out[x + l] = static_cast<float>((static_cast<Work>(row[x + l]) - black[l]) * factor[l]);
        }
      }
    }
    for (; x < width_; ++x) {
      const auto l = static_cast<int>(x % period_);
      out[x] = static_cast<float>((static_cast<Work>(row[x * step]) - black[l]) * factor[l]);
    }
  });
}

void ConditionedImage::finish_row(std::int64_t y, const SceneLoops& loops, const float* in,
                                  float* out) const {
  const std::int64_t first = y % period_ * period_;
  float bound[pixel_lanes];
  float value[pixel_lanes];
  for (int l = 0; l < pixel_lanes; ++l) {
    bound[l] = conditioning_.clip[first + l % period_];
    value[l] = conditioning_.clip_value[first + l % period_];
  }
  loops.finish_pixels(in, bound, value, static_cast<float>(conditioning_.offset), out, width_);
  if (!view_.mask) return;
  for (std::int64_t x = 0; x < width_; ++x) {
    if (view_.masked(y, x)) out[x] = 0.0F;
  }
}

float ConditionedImage::finished(std::int64_t y, std::int64_t x, float value) const {
  if (view_.masked(y, x)) return 0.0F;
  const std::int64_t phase = y % period_ * period_ + x % period_;
  return value >= conditioning_.clip[phase] ? conditioning_.clip_value[phase]
                                            : value - static_cast<float>(conditioning_.offset);
}

}  // namespace ppatch
