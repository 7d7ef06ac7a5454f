// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/conditioned_image.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace ppatch {
namespace {

constexpr std::int64_t rows_per_block = 64;
constexpr int stat_lanes = 24;  // a multiple of every period

constexpr std::int64_t sums_doubles = sizeof(PlaceSums) / sizeof(double);

template <class Body>
void with_pixels(const SceneImageView& view, Body&& body) {
  if (view.dtype == DType::u16) {
    body(static_cast<const std::uint16_t*>(view.data));
  } else if (view.dtype == DType::f32) {
    body(static_cast<const float*>(view.data));
  } else {
    body(static_cast<const double*>(view.data));
  }
}

// The same sums as add_row's, in integers: contiguous pixels of a camera.
void add_integers(const std::uint16_t* row, std::int64_t width, std::int64_t y, double bound,
                  int period, double origin, const SceneLoops& loops, PlaceSums& sums) {
  const auto level = static_cast<std::uint32_t>(std::clamp(std::ceil(bound), 0.0, 65536.0));
  constexpr std::int64_t most = pixel_lanes << 15;
  for (std::int64_t x = 0; x < width; x += most) {
    IntegerSums lanes{};
    std::fill(lanes.least, lanes.least + pixel_lanes, std::uint16_t{65535});
    // Places of a mosaic are divided by their means, other images by their deviation.
    loops.sum_integers(row + x, std::min(most, width - x), level, period == 1, &lanes);
    for (int l = 0; l < pixel_lanes; ++l) {
      if (lanes.count[l] == 0) continue;
      const auto place = static_cast<int>(y % period) * period + l % period;
      const double n = lanes.count[l];
      const double total = lanes.sum[l];
      const double squares = 65536.0 * lanes.high_squares[l] + lanes.low_squares[l];
      sums.count[place] += n;
      sums.sum[place] += total - n * origin;
      if (period == 1) sums.square[place] += squares - 2.0 * origin * total + n * origin * origin;
      sums.least[place] = std::min(sums.least[place], static_cast<double>(lanes.least[l]));
      sums.largest[place] = std::max(sums.largest[place], static_cast<double>(lanes.largest[l]));
    }
  }
}

template <class T>
void add_row(const SceneImageView& view, const T* row, std::int64_t y, std::int64_t width,
             int period, double origin, const SceneLoops& loops, PlaceSums& sums) {
  const double bound = view.clips ? view.white : std::numeric_limits<double>::infinity();
  const std::uint8_t* mask = view.mask ? view.mask + y * view.mask_stride_y : nullptr;
  if constexpr (std::is_same_v<T, std::uint16_t>) {
    if (view.stride_x == 1 && !mask) {
      add_integers(row, width, y, bound, period, origin, loops, sums);
      return;
    }
  }
  double count[stat_lanes] = {};
  double sum[stat_lanes] = {};
  double square[stat_lanes] = {};
  double least[stat_lanes];
  double largest[stat_lanes];
  std::fill(least, least + stat_lanes, std::numeric_limits<double>::infinity());
  std::fill(largest, largest + stat_lanes, -std::numeric_limits<double>::infinity());
  double residue = 0.0;
  const auto add = [&](std::int64_t x, std::int64_t lane) {
    const auto value = static_cast<double>(row[x * view.stride_x]);
    residue += value * 0.0;  // a NaN for what is not finite
    const bool in = value < bound && (!mask || mask[x * view.mask_stride_x] != 0);
    const double centred = in ? value - origin : 0.0;
    count[lane] += in ? 1.0 : 0.0;
    sum[lane] += centred;
    square[lane] += centred * centred;
    least[lane] = in && value < least[lane] ? value : least[lane];
    largest[lane] = in && value > largest[lane] ? value : largest[lane];
  };
  std::int64_t x = 0;
  for (; x + stat_lanes <= width; x += stat_lanes) {
    for (int l = 0; l < stat_lanes; ++l) add(x + l, l);
  }
  for (int l = 0; x < width; ++x, ++l) add(x, l);
  if (!(residue == 0.0)) sums.finite = 0.0;
  for (int l = 0; l < stat_lanes; ++l) {
    const auto place = static_cast<int>(y % period) * period + l % period;
    sums.count[place] += count[l];
    sums.sum[place] += sum[l];
    sums.square[place] += square[l];
    sums.least[place] = std::min(sums.least[place], least[l]);
    sums.largest[place] = std::max(sums.largest[place], largest[l]);
  }
}

// Over the rows of every `every`-th period.
PlaceSums sum_places(const SceneImageView& view, std::int64_t height, std::int64_t width,
                     int period, std::int64_t every, double origin, const SceneLoops& loops,
                     const Arena& arena, PlaceSums* sums) {
  const std::int64_t blocks = (height + rows_per_block - 1) / rows_per_block;
  with_pixels(view, [&](const auto* pixels) {
    arena.parallel_for(blocks, [&](std::int64_t block, int) {
      PlaceSums& mine = sums[block];
      std::memset(&mine, 0, sizeof mine);
      std::fill(mine.least, mine.least + 36, std::numeric_limits<double>::infinity());
      std::fill(mine.largest, mine.largest + 36, -std::numeric_limits<double>::infinity());
      mine.finite = 1.0;
      const std::int64_t end = std::min(height, (block + 1) * rows_per_block);
      for (std::int64_t y = block * rows_per_block; y < end; ++y) {
        if (y / period % every != 0) continue;
        mine.pixels += static_cast<double>(width);
        add_row(view, pixels + y * view.stride_y, y, width, period, origin, loops, mine);
      }
    });
  });
  PlaceSums all = sums[0];
  for (std::int64_t b = 1; b < blocks; ++b) {
    for (int i = 0; i < period * period; ++i) {
      all.count[i] += sums[b].count[i];
      all.sum[i] += sums[b].sum[i];
      all.square[i] += sums[b].square[i];
      all.least[i] = std::min(all.least[i], sums[b].least[i]);
      all.largest[i] = std::max(all.largest[i], sums[b].largest[i]);
    }
    all.pixels += sums[b].pixels;
    all.finite = std::min(all.finite, sums[b].finite);
  }
  return all;
}

}  // namespace

std::int64_t ConditionedImage::measure_doubles(std::int64_t height) {
  return (height + rows_per_block - 1) / rows_per_block * sums_doubles;
}

void ConditionedImage::measure(const CfaPattern& mosaic, const CfaNeighbours& neighbours,
                               bool repairs, const SceneLoops& loops, const Arena& arena,
                               double* scratch) {
  const int p = mosaic.period;
  period_ = p;
  double origin = 0.0;
  with_pixels(view_, [&](const auto* pixels) {
    origin = static_cast<double>(pixels[0]);
    if (!std::isfinite(origin)) origin = 0.0;
  });
  LevelRules rules;
  rules.period = p;
  std::copy(view_.black, view_.black + max_places, rules.black);
  rules.white = view_.white;
  rules.clips = view_.clips;
  rules.levels_clipped = clipped_ == Clipped::levelled;
  rules.masked = view_.mask != nullptr;
  rules.integers = view_.dtype == DType::u16;
  const std::int64_t every = level_row_step(height_ * width_, rules.integers, rules.masked);
  auto* sums = reinterpret_cast<PlaceSums*>(scratch);
  PlaceSums all{};
  const auto look = [&](std::int64_t step) {
    all = sum_places(view_, height_, width_, p, step, origin, loops, arena, sums);
  };
  look(every);
  if (every > 1 && is_suspicious(all, p)) look(1);
  levels_ = {};
  find_levels(all, origin, rules, &levels_);
  if (levels_.status != PPATCH_SHIFT_STATUS_OK) return;
  levels_.repairs = repairs && height_ > 2 * neighbours.reach && width_ > 2 * neighbours.reach;
  if (levels_.repairs) measure_sigma(neighbours, arena);
}

double ConditionedImage::scaled_at(std::int64_t y, std::int64_t x) const {
  const auto place = static_cast<int>(y % period_) * period_ + static_cast<int>(x % period_);
  double value = 0.0;
  with_pixels(view_, [&](const auto* pixels) {
    value = static_cast<double>(pixels[y * view_.stride_y + x * view_.stride_x]);
  });
  return (value - levels_.black[place]) * levels_.scale[place];
}

void ConditionedImage::measure_sigma(const CfaNeighbours& neighbours, const Arena& arena) {
  const int p = neighbours.period;
  const DeviationGrid grid(height_, width_, p, neighbours.reach);
  float sigma[36];
  arena.parallel_for(p * p, [&](std::int64_t index, int) {
    const auto place = static_cast<int>(index);
    const Neighbours& near = neighbours.at(place / p, place % p);
    float deviation[DeviationGrid::max_cells] = {};
    std::int64_t count = 0;
    for (int i = 0; i < grid.rows.count; ++i) {
      const std::int64_t y = grid.y(i) + place / p;
      for (int j = 0; j < grid.columns.count; ++j) {
        const std::int64_t x = grid.x(j) + place % p;
        float value[8] = {};
        for (std::size_t k = 0; k < near.size(); ++k) {
          value[k] = static_cast<float>(scaled_at(y + near[k].y, x + near[k].x));
        }
        deviation[count++] =
            std::fabs(static_cast<float>(scaled_at(y, x)) - median_of_eight(value));
      }
    }
    if (count == 0) {
      sigma[place] = std::numeric_limits<float>::infinity();
      return;
    }
    std::nth_element(deviation, deviation + count / 2, deviation + count);
    sigma[place] = sigma_of_median * deviation[count / 2];
  });
  hot_pixels_ = HotPixelTests(neighbours, sigma);
}

void ConditionedImage::read_scaled(std::int64_t y, const SceneLoops& loops, float* out) const {
  const auto place = static_cast<int>(y % period_) * period_;
  with_pixels(view_, [&](const auto* pixels) {
    using T = std::remove_cv_t<std::remove_pointer_t<decltype(pixels)>>;
    using Work = std::conditional_t<std::is_same_v<T, double>, double, float>;
    Work black[pixel_lanes];
    Work scale[pixel_lanes];
    for (int l = 0; l < pixel_lanes; ++l) {
      black[l] = static_cast<Work>(levels_.black[place + l % period_]);
      scale[l] = static_cast<Work>(levels_.scale[place + l % period_]);
    }
    const T* row = pixels + y * view_.stride_y;
    const std::int64_t step = view_.stride_x;
    if constexpr (std::is_same_v<T, std::uint16_t>) {
      if (step == 1) {
        loops.scale_integers(row, black, scale, out, width_);
        return;
      }
    }
    std::int64_t x = 0;
    if (step == 1) {
      for (; x + pixel_lanes <= width_; x += pixel_lanes) {
        for (int l = 0; l < pixel_lanes; ++l) {
          out[x + l] = static_cast<float>((static_cast<Work>(row[x + l]) - black[l]) * scale[l]);
        }
      }
    }
    for (; x < width_; ++x) {
      const auto l = static_cast<int>(x % period_);
      out[x] = static_cast<float>((static_cast<Work>(row[x * step]) - black[l]) * scale[l]);
    }
  });
}

void ConditionedImage::finish_row(std::int64_t y, const SceneLoops& loops, const float* in,
                                  float* out) const {
  const std::int64_t first = y % period_ * period_;
  float bound[pixel_lanes];
  float level[pixel_lanes];
  for (int l = 0; l < pixel_lanes; ++l) {
    bound[l] = levels_.clip[first + l % period_];
    level[l] = levels_.clip_level[first + l % period_];
  }
  loops.finish_pixels(in, bound, level, static_cast<float>(levels_.offset), out, width_);
  if (!view_.mask) return;
  for (std::int64_t x = 0; x < width_; ++x) {
    if (masked(y, x)) out[x] = 0.0F;
  }
}

float ConditionedImage::finished(std::int64_t y, std::int64_t x, float value) const {
  if (masked(y, x)) return 0.0F;
  const std::int64_t place = y % period_ * period_ + x % period_;
  return value >= levels_.clip[place] ? levels_.clip_level[place]
                                      : value - static_cast<float>(levels_.offset);
}

std::int64_t RowReader::floats(std::int64_t width, int reach) { return (2 * reach + 1) * width; }

float* RowReader::ring_row(std::int64_t y) {
  return memory_ + y % (2 * reach_ + 1) * image_.width();
}

void RowReader::read(std::int64_t y, float* out) {
  if (!image_.levels().repairs) {
    image_.read_scaled(y, loops_, out);
    image_.finish_row(y, loops_, out, out);
    return;
  }
  const std::int64_t from = std::max<std::int64_t>(0, y - reach_);
  const std::int64_t to = std::min(image_.height(), y + reach_ + 1);
  if (from < first_ || from >= last_) last_ = from;
  for (; last_ < to; ++last_) image_.read_scaled(last_, loops_, ring_row(last_));
  last_ = to;
  first_ = from;
  image_.finish_row(y, loops_, ring_row(y), out);
  if (to - from < 2 * reach_ + 1) return;
  image_.hot_pixels().find(
      y, reach_, image_.width() - reach_, loops_, [&](std::int64_t row) { return ring_row(row); },
      [&](std::int64_t x, float value) { out[x] = image_.finished(y, x, value); });
}

}  // namespace ppatch
