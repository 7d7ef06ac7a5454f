// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/spectrum_pass.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/registration/phase_ramp.hpp"
#include "math/registration/tile_values.hpp"

namespace ppatch {
namespace {

// All of a column: each block has the sums of all rings, of which a column has a third as many as
// rows.
std::int64_t rows_per_block(std::int64_t height, std::int64_t width) {
  return width == 1 ? std::max<std::int64_t>(height, 1) : 64;
}

std::int64_t block_count(std::int64_t height, std::int64_t width) {
  const std::int64_t rows = rows_per_block(height, width);
  return (height + rows - 1) / rows;
}

}  // namespace

std::int64_t sums_doubles(std::int64_t height, std::int64_t width) {
  const std::int64_t row_sums = std::max<std::int64_t>(4 * ring_count(height, width), band_sums);
  const std::int64_t tiles = tile_sums * CovarianceTiles::max_count(height, width);
  return std::max({block_count(height, width) * row_sums, tiles, trend_terms * height});
}

std::int64_t tile_doubles(std::int64_t height, std::int64_t width) {
  return tile_values * CovarianceTiles::max_count(height, width);
}

std::int64_t tables_floats(std::int64_t height, std::int64_t width, std::int64_t carriers) {
  const std::int64_t columns = width / 2 + 1;
  // Windows and carriers are never needed at once.
  return 3 * columns + 2 * height +
         std::max((1 + trend_terms) * width + height, 2 * carriers * columns);
}

SpectrumPass::SpectrumPass(const Band& band, const EstimateTools& tools)
    : band_(band),
      tools_(tools),
      height_(band.fft->height()),
      width_(band.fft->width()),
      ring_scale_(ppatch::ring_scale(height_, width_)),
      min_f_(lowest_frequency(height_, width_)) {
  const std::int64_t columns = band.fft->spectrum_width();
  fx_ = tools.tables;
  cos_x_ = fx_ + columns;
  sin_x_ = cos_x_ + columns;
  cos_y_ = sin_x_ + columns;
  sin_y_ = cos_y_ + height_;
  carrier_squares_ = sin_y_ + height_;
  carrier_copies_ =
      reinterpret_cast<std::int32_t*>(carrier_squares_ + band.carrier_count * columns);
  for (std::int64_t k = 0; k < columns; ++k) {
    fx_[k] = static_cast<float>(static_cast<double>(k) / static_cast<double>(width_));
    for (int c = 0; c < band.carrier_count; ++c) {
      const CarrierDistance distance =
          carrier_distance(band.carriers[c].x, fx_[k] / static_cast<float>(band.pixels));
      carrier_squares_[c * columns + k] = distance.square;
      carrier_copies_[c * columns + k] = distance.copy;
    }
  }
  constexpr double still[2] = {0.0, 0.0};
  set_shift(still);
}

void SpectrumPass::set_shift(const double r[2]) {
  for_phases(r[1] / static_cast<double>(width_), 0.0, 0, band_.fft->spectrum_width(),
             [&](std::int64_t k, double cosine, double sine) {
               cos_x_[k] = static_cast<float>(cosine);
               sin_x_[k] = static_cast<float>(sine);
             });
  // Lines from the middle on have negative frequencies.
  const std::int64_t middle = (height_ + 1) / 2;
  for (const std::int64_t back : {std::int64_t{0}, height_}) {
    for_phases(r[0] / static_cast<double>(height_), 0.0, back == 0 ? 0 : middle - back,
               back == 0 ? middle : 0, [&](std::int64_t k, double cosine, double sine) {
                 cos_y_[k + back] = static_cast<float>(cosine);
                 sin_y_[k + back] = static_cast<float>(sine);
               });
  }
}

void SpectrumPass::set_displacement(const double displacement[2]) {
  for (int c = 0; c < band_.carrier_count; ++c) {
    for (int m = 0; m < 9; ++m) {
      carrier_sines_[9 * c + m] =
          carrier_sine(band_.carriers[c], m, displacement, static_cast<double>(band_.pixels));
    }
  }
}

bool SpectrumPass::in_band(std::int64_t y) const {
  const bool nyquist = height_ % 2 == 0 && y == height_ / 2;
  const bool fixed = band_.excluded.fy && (y <= 1 || y == height_ - 1);
  return !nyquist && !fixed;
}

SpectrumRow SpectrumPass::row(std::int64_t y) const {
  SpectrumRow row;
  row.reference = tools_.reference_spectrum + y * band_.fft->row_floats();
  row.moving = tools_.moving_spectrum + y * band_.fft->row_floats();
  row.weighted = tools_.weighted_spectrum + y * band_.fft->row_floats();
  row.count = band_.fft->spectrum_width() - (width_ % 2 == 0 ? 1 : 0);
  row.first = std::min<std::int64_t>(band_.excluded.fx ? 2 : 0, row.count);
  row.width = width_;
  row.fy = static_cast<float>(line_frequency(y, height_));
  row.fx = fx_;
  row.cos_y = cos_y_[y];
  row.sin_y = sin_y_[y];
  row.cos_x = cos_x_;
  row.sin_x = sin_x_;
  row.min_f = static_cast<float>(min_f_);
  row.split_f2 = split_f2_;
  row.ring_scale = static_cast<float>(ring_scale_);
  row.weights = tools_.weights;
  row.carriers = band_.carriers;
  row.carrier_count = band_.carrier_count;
  row.carrier_squares = carrier_squares_;
  row.carrier_copies = carrier_copies_;
  row.carrier_stride = band_.fft->spectrum_width();
  row.carrier_sines = carrier_sines_;
  row.cycles = 1.0F / static_cast<float>(band_.pixels);
  return row;
}

void SpectrumPass::run_rows(const void* loop,
                            void (*call)(const void*, const SpectrumRow&, double*),
                            std::int64_t count, bool clear) const {
  const std::int64_t rows = rows_per_block(height_, width_);
  const std::int64_t blocks = block_count(height_, width_);
  const auto row_bytes = static_cast<std::size_t>(band_.fft->row_floats()) * sizeof(float);
  tools_.arena->parallel_for(blocks, [&](std::int64_t block, int) {
    double* sums = tools_.sums + block * count;
    std::fill(sums, sums + count, 0.0);
    const std::int64_t end = std::min(height_, (block + 1) * rows);
    for (std::int64_t y = block * rows; y < end; ++y) {
      const SpectrumRow bins = row(y);
      if (!in_band(y)) {
        if (!clear) continue;
        std::memset(bins.weighted, 0, row_bytes);
        std::memset(bins.moving, 0, row_bytes);
        continue;
      }
      call(loop, bins, sums);
      if (clear && width_ % 2 == 0) {
        std::fill_n(bins.weighted + 2 * bins.count, 2, 0.0F);
        std::fill_n(bins.moving + 2 * bins.count, 2, 0.0F);
      }
    }
  });
  for (std::int64_t block = 1; block < blocks; ++block) {
    for (std::int64_t i = 0; i < count; ++i) tools_.sums[i] += tools_.sums[block * count + i];
  }
}

}  // namespace ppatch
