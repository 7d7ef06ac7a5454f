// SPDX-License-Identifier: Apache-2.0
#include "core/registration/tile_agreement.hpp"

#include <cmath>

namespace ppatch {
namespace {

// Of tiles that are alike: of more of them nothing is asked.
constexpr double max_alike = 0.6;
constexpr std::int64_t enough_tiles = 12;
// Of all tiles: if more than that agree, no other shift has as many.
constexpr double max_agreeing = 0.5;
// At least so much of the image is to be left.
constexpr double min_left = 0.25;
// A second shift is less probable by chance, and as far from the first as no peak's own slope; at
// least so many tiles agree with it, and that part of those that agree with the first, or noise
// hides them and the peak is as good as impossible. (What is not noise has had some of 1e-15.)
constexpr double max_chance = 1e-8, impossible = 1e-24;
constexpr double min_distance = 1.5, doubtful_distance = 0.5;
constexpr std::int64_t min_tiles = 3;
constexpr double min_ratio = 0.15;

}  // namespace

bool is_doubtful(const FineShift& shift, const ShiftQuality& quality) {
  return shift.status == PPATCH_SHIFT_STATUS_OK && quality.alike < max_alike;
}

TileAgreement::TileAgreement(const CovarianceTiles& tiles, double threshold, double* sums)
    : tiles_(tiles), sums_(sums) {
  for (std::int64_t row = 0; row < tiles.rows; ++row) {
    for (std::int64_t column = 0; column < tiles.columns; ++column) {
      double* const of = sums + tile_values * (row * tiles.columns + column);
      // Of whitened images every sample is independent.
      const auto samples =
          static_cast<double>((tiles.end_of(row) - tiles.first_of(row)) *
                              (tiles.end_column_of(column) - tiles.first_column_of(column)));
      const double least = threshold * threshold * of[tile_reference] * of[tile_moving];
      const double own = of[tile_product];
      of[agrees_mark] = own > 0.0 && own * own * samples > least ? 1.0 : 0.0;
      if (of[agrees_mark] > 0.0) ++agreeing_;
    }
  }
  for (std::int64_t row = 0; row < tiles.rows; ++row) {
    for (std::int64_t column = 0; column < tiles.columns; ++column) {
      const bool left = !is_near_agreement(row, column);
      sums[tile_values * (row * tiles.columns + column) + left_mark] = left ? 1.0 : 0.0;
      if (left) ++left_;
    }
  }
}

bool TileAgreement::is_near_agreement(std::int64_t row, std::int64_t column) const {
  const std::int64_t last_row = std::min(row + 1, tiles_.rows - 1);
  const std::int64_t last_column = std::min(column + 1, tiles_.columns - 1);
  for (std::int64_t y = std::max<std::int64_t>(row - 1, 0); y <= last_row; ++y) {
    for (std::int64_t x = std::max<std::int64_t>(column - 1, 0); x <= last_column; ++x) {
      if (sums_[tile_values * (y * tiles_.columns + x) + agrees_mark] > 0.0) return true;
    }
  }
  return false;
}

bool TileAgreement::leaves_enough() const {
  const auto count = static_cast<double>(tiles_.count());
  return tiles_.count() >= enough_tiles && static_cast<double>(agreeing_) <= max_agreeing * count &&
         static_cast<double>(left_) >= min_left * count;
}

std::int64_t TileAgreement::row_of(std::int64_t y) const {
  if (y < tiles_.margin[0]) return -1;
  const std::int64_t row = std::min((y - tiles_.margin[0]) / tiles_.tile, tiles_.rows - 1);
  return y < tiles_.end_of(row) ? row : -1;
}

std::int64_t TileAgreement::samples_left() const {
  std::int64_t samples = 0;
  for (std::int64_t y = 0; y < tiles_.height; ++y) {
    for_left(y, [&](std::int64_t begin, std::int64_t end) { samples += end - begin; });
  }
  return samples;
}

std::int64_t TileAgreement::left_in_common(std::int64_t dy, std::int64_t dx,
                                           const std::int64_t transform[2]) const {
  std::int64_t samples = 0;
  for (std::int64_t y = 0; y < tiles_.height; ++y) {
    const std::int64_t other_y = (y + dy + transform[0]) % transform[0];
    for_left(y, [&](std::int64_t begin, std::int64_t end) {
      for_left(other_y, [&](std::int64_t first, std::int64_t last) {
        // Moved back by the lag, and by a period either way.
        for (const std::int64_t by : {-transform[1], std::int64_t{0}, transform[1]}) {
          const std::int64_t from = std::max(begin, first - dx + by);
          samples += std::max<std::int64_t>(0, std::min(end, last - dx + by) - from);
        }
      });
    });
  }
  return samples;
}

CoarsePeak TileAgreement::second_peak(const SurfacePeaks& peaks, const std::int64_t transform[2],
                                      const std::int64_t range[2]) const {
  CoarsePeak peak = coarse_peak_of(peaks, transform, range);
  const double distance = std::max(std::abs(peak.displacement[0]), std::abs(peak.displacement[1]));
  const double least = distance > min_distance ? max_chance : impossible;
  peak.found = peak.found && distance > doubtful_distance && false_alarm_of(peak.evidence) < least;
  if (!peak.found) return peak;
  // The surface's noise grows with what is left in common, over its mean.
  const auto samples = static_cast<double>(samples_left());
  const double common =
      static_cast<double>(left_in_common(peaks.peak.dy, peaks.peak.dx, transform)) *
      static_cast<double>(transform[0] * transform[1]) / (samples * samples);
  peak.evidence.peak /= std::sqrt(std::max(1.0, common));
  peak.found = false_alarm_of(peak.evidence) < least;
  return peak;
}

void second_range(const FineShift& shift, const SceneGeometry& geometry, std::int64_t range[2]) {
  for (int axis = 0; axis < 2; ++axis) {
    const std::int64_t half = std::max<std::int64_t>(0, shift.overlap[axis] / 2 - 2);
    const auto own = static_cast<std::int64_t>(std::abs(shift.displacement[axis])) + 1;
    range[axis] = std::min(half, geometry.lag_range(axis) + own);
  }
}

bool is_contradicted(const CoarsePeak& peak, std::int64_t first, std::int64_t second) {
  if (false_alarm_of(peak.evidence) < impossible) return true;
  return second >= min_tiles &&
         static_cast<double>(second) >= min_ratio * static_cast<double>(first);
}

}  // namespace ppatch
