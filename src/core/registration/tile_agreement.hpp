// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/registration/peak_evidence.hpp"
#include "core/registration/shift_quality.hpp"
#include "math/registration/tile_values.hpp"

// A part of the scene that moves and has more contrast than the rest takes the shift with it, and
// hides that of the rest. So where few tiles are alike, both images are whitened, tiles that agree
// on the shift are taken out of them, and the others are asked for one of their own.
namespace ppatch {

// Whether that is worth it: no answer that most tiles agree with is asked again.
bool is_doubtful(const FineShift& shift, const ShiftQuality& quality);

// Which tiles of two whitened images agree on the shift that they were laid by.
class TileAgreement {
 public:
  // sums: the TileValues of each tile, which become marks of this. threshold: standard deviations
  // of what chance makes of a tile.
  TileAgreement(const CovarianceTiles& tiles, double threshold, double* sums);

  std::int64_t agreeing() const { return agreeing_; }
  // Whether enough is left of the images without the tiles that agree, and those around them.
  bool leaves_enough() const;

  bool is_left(std::int64_t row, std::int64_t column) const {
    return sums_[tile_values * (row * tiles_.columns + column) + left_mark] > 0.0;
  }
  // Calls each(begin, end) for the runs of columns that are left of row y of the images.
  template <class Each>
  void for_left(std::int64_t y, Each&& each) const {
    const std::int64_t row = row_of(y);
    for (std::int64_t column = 0; row >= 0 && column < tiles_.columns; ++column) {
      if (is_left(row, column)) each(tiles_.first_column_of(column), tiles_.end_column_of(column));
    }
  }

  // The peak of the correlation of what is left: where else it agrees, or nowhere. transform: the
  // correlation's size.
  CoarsePeak second_peak(const SurfacePeaks& peaks, const std::int64_t transform[2],
                         const std::int64_t range[2]) const;

 private:
  // -1: of none.
  std::int64_t row_of(std::int64_t y) const;
  bool is_near_agreement(std::int64_t row, std::int64_t column) const;
  std::int64_t samples_left() const;
  // Samples that are left where those so far from them are, too.
  std::int64_t left_in_common(std::int64_t dy, std::int64_t dx,
                              const std::int64_t transform[2]) const;

  CovarianceTiles tiles_;
  double* sums_;
  std::int64_t agreeing_ = 0, left_ = 0;
};

// How many standard deviations a tile that agrees with the shift is from chance, and one that
// agrees with the second.
constexpr double first_agreement = 4.0, second_agreement = 3.0;

// How far from the shift the second one is looked for, samples.
void second_range(const FineShift& shift, const SceneGeometry& geometry, std::int64_t range[2]);

// Whether a second peak, and so many tiles that agree with its shift, contradict the first.
bool is_contradicted(const CoarsePeak& peak, std::int64_t first, std::int64_t second);

}  // namespace ppatch
