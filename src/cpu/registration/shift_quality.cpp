// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/registration/spectrum_pass.hpp"

namespace ppatch {
namespace {

// False where there are too few of them.
bool sum_tiles(const FineShift& shift, const Band& band, const EstimateTools& tools,
               TileSums& total) {
  const PlaneFft& fft = *band.fft;
  const CovarianceTiles tiles(shift.overlap);
  if (!tiles.enough()) return false;
  const auto needed = [&](std::int64_t first, std::int64_t end) { return tiles.needs(first, end); };
  // Six sums a row of tiles, then two a tile while it is worked on.
  fft.inverse(tools.weighted_spectrum, shift.overlap[0], *tools.arena, tools.fft_slots, needed);
  fft.inverse(tools.moving_spectrum, shift.overlap[0], *tools.arena, tools.fft_slots, needed);
  const std::int64_t stride = 6 + 2 * tiles.columns;
  tools.arena->parallel_for(tiles.looked_at, [&](std::int64_t tile_row, int) {
    double* sums = tools.sums + tile_row * stride;
    double* gradient = sums + 6;
    std::fill(sums, sums + stride, 0.0);
    const std::int64_t start = tiles.first_of(tile_row);
    const std::int64_t end = tiles.end_of(tile_row);
    for (std::int64_t y = start; y < end; ++y) {
      const float* a[2 * slope_reach + 1];
      const float* b[2 * slope_reach + 1];
      for (int r = 0; r <= 2 * slope_reach; ++r) {
        const std::int64_t at = (y + r - slope_reach) * fft.row_floats();
        a[r] = tools.weighted_spectrum + at;
        b[r] = tools.moving_spectrum + at;
      }
      tools.loops->tile_row(a, b, shift.overlap[1], gradient, sums);
    }
    for (std::int64_t t = 0; t < tiles.columns; ++t) {
      sums[3] += gradient[2 * t] * gradient[2 * t];
      sums[4] += gradient[2 * t] * gradient[2 * t + 1];
      sums[5] += gradient[2 * t + 1] * gradient[2 * t + 1];
    }
  });
  for (std::int64_t r = 0; r < tiles.looked_at; ++r) {
    for (int i = 0; i < 3; ++i) {
      total.hessian[i] += tools.sums[r * stride + i];
      total.squares[i] += tools.sums[r * stride + 3 + i];
    }
  }
  return true;
}

}  // namespace

ShiftQuality shift_quality(const FineShift& shift, const Band& band, const EstimateTools& tools) {
  SpectrumPass pass(band, tools);
  const double fraction[2] = {shift.fraction(0), shift.fraction(1)};
  pass.set_shift(fraction);
  pass.set_displacement(shift.displacement);
  pass.run(tools.loops->weigh_row, band_sums, true);
  double sums[band_sums];
  std::copy(tools.sums, tools.sums + band_sums, sums);
  const std::int64_t transform[2] = {band.fft->height(), band.fft->width()};
  TileSums tiles;
  const bool enough = sum_tiles(shift, band, tools, tiles);
  return shift_quality_of(shift, transform, sums, enough ? &tiles : nullptr);
}

}  // namespace ppatch
