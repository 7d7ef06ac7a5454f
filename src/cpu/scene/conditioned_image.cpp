// SPDX-License-Identifier: Apache-2.0
#include "cpu/scene/conditioned_image.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace ptychopatch {
namespace {

constexpr std::int64_t rows_per_block = 64;
// A multiple of every period and of the lanes of a vector.
constexpr int stat_lanes = 24;

// Sums over a block of rows, by place in the period.
struct PlaceSums {
  double count[36], sum[36], square[36];
  double least, largest;
  double finite;  // 1 or 0
};

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

// The same sums as add_row's, in integers: contiguous pixels [x0, x1) of a camera, x0 at the begin
// of a period, at most 2^20 of them. Products are kept by halves of 16 bits.
void add_integers(const std::uint16_t* row, std::int64_t x0, std::int64_t x1, std::int64_t y,
                  std::uint32_t bound, int period, double origin, PlaceSums& sums) {
  std::uint32_t count[stat_lanes] = {};
  std::uint32_t sum[stat_lanes] = {};
  std::uint32_t low[stat_lanes] = {};
  std::uint32_t high[stat_lanes] = {};
  std::uint32_t least[stat_lanes];
  std::uint32_t largest[stat_lanes] = {};
  std::fill(least, least + stat_lanes, std::uint32_t{65535});
  const auto add = [&](std::int64_t x, std::int64_t lane) {
    const std::uint32_t value = row[x];
    const std::uint32_t in = value < bound ? 1 : 0;
    const std::uint32_t kept = in != 0 ? value : 0;
    const std::uint32_t square = kept * kept;
    count[lane] += in;
    sum[lane] += kept;
    low[lane] += square & 0xffffU;
    high[lane] += square >> 16;
    least[lane] = std::min(least[lane], in != 0 ? value : 65535U);
    largest[lane] = std::max(largest[lane], kept);
  };
  std::int64_t x = x0;
  for (; x + stat_lanes <= x1; x += stat_lanes) {
    for (int l = 0; l < stat_lanes; ++l) add(x + l, l);
  }
  for (int l = 0; x < x1; ++x, ++l) add(x, l);
  for (int l = 0; l < stat_lanes; ++l) {
    if (count[l] == 0) continue;
    const auto place = static_cast<int>(y % period) * period + l % period;
    const double n = count[l];
    const double total = sum[l];
    const double squares = 65536.0 * high[l] + low[l];
    sums.count[place] += n;
    sums.sum[place] += total - n * origin;
    sums.square[place] += squares - 2.0 * origin * total + n * origin * origin;
    sums.least = std::min(sums.least, static_cast<double>(least[l]));
    sums.largest = std::max(sums.largest, static_cast<double>(largest[l]));
  }
}

template <class T>
void add_row(const SceneImageView& view, const T* row, std::int64_t y, std::int64_t width,
             int period, double origin, PlaceSums& sums) {
  double count[stat_lanes] = {};
  double sum[stat_lanes] = {};
  double square[stat_lanes] = {};
  double least = sums.least;
  double largest = sums.largest;
  double residue = 0.0;
  const double bound = view.clips ? view.white : std::numeric_limits<double>::infinity();
  const std::uint8_t* mask = view.mask ? view.mask + y * view.mask_stride_y : nullptr;
  if constexpr (std::is_same_v<T, std::uint16_t>) {
    if (view.stride_x == 1 && !mask) {
      constexpr std::int64_t most = std::int64_t{stat_lanes} << 15;
      const auto level = static_cast<std::uint32_t>(std::clamp(std::ceil(bound), 0.0, 65536.0));
      for (std::int64_t x = 0; x < width; x += most) {
        add_integers(row, x, std::min(width, x + most), y, level, period, origin, sums);
      }
      return;
    }
  }
  const auto add = [&](std::int64_t x, std::int64_t lane) {
    const auto value = static_cast<double>(row[x * view.stride_x]);
    residue += value * 0.0;  // a NaN for what is not finite
    const bool in = value < bound && (!mask || mask[x * view.mask_stride_x] != 0);
    const double centred = in ? value - origin : 0.0;
    count[lane] += in ? 1.0 : 0.0;
    sum[lane] += centred;
    square[lane] += centred * centred;
    least = in && value < least ? value : least;
    largest = in && value > largest ? value : largest;
  };
  std::int64_t x = 0;
  for (; x + stat_lanes <= width; x += stat_lanes) {
    for (int l = 0; l < stat_lanes; ++l) add(x + l, l);
  }
  for (int l = 0; x < width; ++x, ++l) add(x, l);
  sums.least = least;
  sums.largest = largest;
  if (!(residue == 0.0)) sums.finite = 0.0;
  for (int l = 0; l < stat_lanes; ++l) {
    const auto place = static_cast<int>(y % period) * period + l % period;
    sums.count[place] += count[l];
    sums.sum[place] += sum[l];
    sums.square[place] += square[l];
  }
}

float median_of_eight(float* values) {
  std::sort(values, values + 8);
  return 0.5F * (values[3] + values[4]);
}

}  // namespace

std::int64_t ConditionedImage::measure_doubles(std::int64_t height) {
  return (height + rows_per_block - 1) / rows_per_block * sums_doubles;
}

void ConditionedImage::measure(const Mosaic& mosaic, const MosaicNeighbours& neighbours,
                               bool repairs, const Arena& arena, double* scratch) {
  const int p = mosaic.period;
  const std::int64_t blocks = (height_ + rows_per_block - 1) / rows_per_block;
  auto* sums = reinterpret_cast<PlaceSums*>(scratch);
  double origin = 0.0;
  with_pixels(view_, [&](const auto* pixels) {
    origin = static_cast<double>(pixels[0]);
    if (!std::isfinite(origin)) origin = 0.0;
    arena.parallel_for(blocks, [&](std::int64_t block, int) {
      PlaceSums& mine = sums[block];
      std::memset(&mine, 0, sizeof mine);
      mine.least = std::numeric_limits<double>::infinity();
      mine.largest = -mine.least;
      mine.finite = 1.0;
      const std::int64_t end = std::min(height_, (block + 1) * rows_per_block);
      for (std::int64_t y = block * rows_per_block; y < end; ++y) {
        add_row(view_, pixels + y * view_.stride_y, y, width_, p, origin, mine);
      }
    });
  });
  PlaceSums all = sums[0];
  for (std::int64_t b = 1; b < blocks; ++b) {
    for (int i = 0; i < p * p; ++i) {
      all.count[i] += sums[b].count[i];
      all.sum[i] += sums[b].sum[i];
      all.square[i] += sums[b].square[i];
    }
    all.least = std::min(all.least, sums[b].least);
    all.largest = std::max(all.largest, sums[b].largest);
    all.finite = std::min(all.finite, sums[b].finite);
  }
  levels_ = {};
  double count = 0.0;
  for (int i = 0; i < p * p; ++i) count += all.count[i];
  if (all.finite == 0.0) {
    levels_.status = PPATCH_SHIFT_NOT_FINITE;
  } else if (count == 0.0 || count < 0.1 * static_cast<double>(height_ * width_)) {
    levels_.status = view_.clips ? PPATCH_SHIFT_SATURATED : PPATCH_SHIFT_FLAT;
    if (view_.mask && count > 0.0) levels_.status = PPATCH_SHIFT_OK;
  } else {
    levels_.status = PPATCH_SHIFT_OK;
  }
  if (levels_.status == PPATCH_SHIFT_OK && !(all.least < all.largest)) {
    levels_.status = PPATCH_SHIFT_FLAT;
  }
  if (levels_.status != PPATCH_SHIFT_OK) return;
  double structure = 0.0;  // of places about their own means
  double total = 0.0;
  double square = 0.0;
  for (int i = 0; i < p * p; ++i) {
    levels_.black[i] = view_.black[i];
    total += all.sum[i];
    square += all.square[i];
    if (all.count[i] == 0.0) continue;
    structure += all.square[i] - all.sum[i] * (all.sum[i] / all.count[i]);
  }
  if (!(structure > 1e-13 * square)) {
    levels_.status = PPATCH_SHIFT_FLAT;
    return;
  }
  if (p == 1) {
    const double mean = total / count;
    const double variance = std::max(square / count - mean * mean, 1e-300);
    levels_.scale[0] = 1.0 / std::sqrt(variance);
    levels_.offset = (mean + origin - levels_.black[0]) * levels_.scale[0];
  } else {
    levels_.offset = 1.0;
    for (int i = 0; i < p * p; ++i) {
      const double mean = all.sum[i] / all.count[i] + origin - levels_.black[i];
      // A place without light or without unclipped pixels has nothing to say.
      levels_.scale[i] = all.count[i] > 0.0 && mean > 0.0 ? 1.0 / mean : 0.0;
    }
  }
  for (int i = 0; i < p * p; ++i) {
    levels_.clip[i] =
        view_.clips && clipped_ == Clipped::left_out && levels_.scale[i] > 0.0
            ? static_cast<float>((view_.white - levels_.black[i]) * levels_.scale[i] * (1.0 - 1e-6))
            : std::numeric_limits<float>::infinity();
    if (levels_.scale[i] == 0.0) levels_.clip[i] = -std::numeric_limits<float>::infinity();
  }
  levels_.repairs = repairs && height_ > 2 * neighbours.reach && width_ > 2 * neighbours.reach;
  if (levels_.repairs) measure_sigma(neighbours);
}

double ConditionedImage::scaled_at(std::int64_t y, std::int64_t x, int period) const {
  const auto place = static_cast<int>(y % period) * period + static_cast<int>(x % period);
  double value = 0.0;
  with_pixels(view_, [&](const auto* pixels) {
    value = static_cast<double>(pixels[y * view_.stride_y + x * view_.stride_x]);
  });
  return (value - levels_.black[place]) * levels_.scale[place];
}

void ConditionedImage::measure_sigma(const MosaicNeighbours& neighbours) {
  // On a grid of cells of one period, spread over the image.
  constexpr std::int64_t most_lines = 64;
  const int p = neighbours.period;
  const std::int64_t margin = (neighbours.reach + p - 1) / p * p;
  const std::int64_t cells_y = (height_ - 2 * margin) / p;
  const std::int64_t cells_x = (width_ - 2 * margin) / p;
  const std::int64_t ny = std::min(most_lines, cells_y);
  const std::int64_t nx = std::min(most_lines, cells_x);
  float deviation[most_lines * most_lines];
  for (int place = 0; place < p * p; ++place) {
    const Neighbours& near = neighbours.at(place / p, place % p);
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < ny; ++i) {
      const std::int64_t y = margin + i * cells_y / ny * p + place / p;
      for (std::int64_t j = 0; j < nx; ++j) {
        const std::int64_t x = margin + j * cells_x / nx * p + place % p;
        float value[8];
        for (std::size_t k = 0; k < near.size(); ++k) {
          value[k] = static_cast<float>(scaled_at(y + near[k].y, x + near[k].x, p));
        }
        deviation[count++] =
            std::fabs(static_cast<float>(scaled_at(y, x, p)) - median_of_eight(value));
      }
    }
    if (count == 0) {
      levels_.sigma[place] = std::numeric_limits<float>::infinity();
      continue;
    }
    std::nth_element(deviation, deviation + count / 2, deviation + count);
    levels_.sigma[place] = 1.4826F * deviation[count / 2];
  }
}

void ConditionedImage::read_scaled(std::int64_t y, int period, float* out) const {
  const auto place = static_cast<int>(y % period) * period;
  with_pixels(view_, [&](const auto* pixels) {
    using T = std::remove_cv_t<std::remove_pointer_t<decltype(pixels)>>;
    using Work = std::conditional_t<std::is_same_v<T, double>, double, float>;
    Work black[stat_lanes];
    Work scale[stat_lanes];
    for (int l = 0; l < stat_lanes; ++l) {
      black[l] = static_cast<Work>(levels_.black[place + l % period]);
      scale[l] = static_cast<Work>(levels_.scale[place + l % period]);
    }
    const T* row = pixels + y * view_.stride_y;
    const std::int64_t step = view_.stride_x;
    std::int64_t x = 0;
    if (step == 1) {
      for (; x + stat_lanes <= width_; x += stat_lanes) {
        for (int l = 0; l < stat_lanes; ++l) {
          out[x + l] = static_cast<float>((static_cast<Work>(row[x + l]) - black[l]) * scale[l]);
        }
      }
    }
    for (; x < width_; ++x) {
      const auto l = static_cast<int>(x % period);
      out[x] = static_cast<float>((static_cast<Work>(row[x * step]) - black[l]) * scale[l]);
    }
  });
}

void ConditionedImage::finish_row(std::int64_t y, int period, float* row) const {
  const float* clip = levels_.clip + y % period * period;
  const auto offset = static_cast<float>(levels_.offset);
  bool clips = false;
  for (int i = 0; i < period; ++i) clips = clips || clip[i] < std::numeric_limits<float>::max();
  if (clips) {
    float bound[stat_lanes];
    for (int l = 0; l < stat_lanes; ++l) bound[l] = clip[l % period];
    std::int64_t x = 0;
    for (; x + stat_lanes <= width_; x += stat_lanes) {
      for (int l = 0; l < stat_lanes; ++l) {
        row[x + l] = row[x + l] >= bound[l] ? 0.0F : row[x + l] - offset;
      }
    }
    for (; x < width_; ++x) row[x] = row[x] >= clip[x % period] ? 0.0F : row[x] - offset;
  } else {
    for (std::int64_t x = 0; x < width_; ++x) row[x] -= offset;
  }
  if (!view_.mask) return;
  const std::uint8_t* mask = view_.mask + y * view_.mask_stride_y;
  for (std::int64_t x = 0; x < width_; ++x) {
    if (mask[x * view_.mask_stride_x] == 0) row[x] = 0.0F;
  }
}

std::int64_t RowReader::floats(std::int64_t width, int reach) {
  return (2 * reach + 1) * width + 2 * width;
}

float* RowReader::ring_row(std::int64_t y) {
  return memory_ + y % (2 * neighbours_.reach + 1) * image_.width();
}

void RowReader::read(std::int64_t y, float* out) {
  const int period = neighbours_.period;
  if (!image_.levels().repairs) {
    image_.read_scaled(y, period, out);
  } else {
    const std::int64_t from = std::max<std::int64_t>(0, y - neighbours_.reach);
    const std::int64_t to = std::min(image_.height(), y + neighbours_.reach + 1);
    if (from < first_ || from >= last_) last_ = from;
    for (; last_ < to; ++last_) image_.read_scaled(last_, period, ring_row(last_));
    last_ = to;
    first_ = from;
    std::memcpy(out, ring_row(y), static_cast<std::size_t>(image_.width()) * sizeof(float));
    if (to - from == 2 * neighbours_.reach + 1) repair(y, out);
  }
  image_.finish_row(y, period, out);
}

void RowReader::repair(std::int64_t y, float* out) {
  const int p = neighbours_.period;
  const int reach = neighbours_.reach;
  const std::int64_t n = image_.width() - 2 * reach;
  float* largest = memory_ + (2 * reach + 1) * image_.width();
  float* least = largest + image_.width();
  const auto place_y = static_cast<int>(y % p);
  for (int place = 0; place < p; ++place) {
    const Neighbours& near = neighbours_.at(place_y, place);
    bool done = false;  // with another place that has the same neighbours
    for (int before = 0; before < place; ++before) {
      done = done || neighbours_.at(place_y, before) == near;
    }
    if (done) continue;
    const float* rows[8];
    for (std::size_t k = 0; k < near.size(); ++k) {
      rows[k] = ring_row(y + near[k].y) + reach + near[k].x;
    }
    loops_.extremes(rows, largest, least, n);
    for (int same = place; same < p; ++same) {
      if (!(neighbours_.at(place_y, same) == near)) continue;
      const float slack = 8.0F * image_.levels().sigma[place_y * p + same];
      const std::int64_t start = ((same - reach) % p + p) % p;
      for (std::int64_t i = start; i < n; i += p) {
        const float spread = 2.0F * (largest[i] - least[i]) + slack;
        const float value = out[reach + i];
        if (value <= largest[i] + spread && value >= least[i] - spread) continue;
        float around[8] = {};
        for (std::size_t k = 0; k < near.size(); ++k) around[k] = rows[k][i];
        out[reach + i] = median_of_eight(around);
      }
    }
  }
}

}  // namespace ptychopatch
