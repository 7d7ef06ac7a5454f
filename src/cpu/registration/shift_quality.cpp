// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/registration/spectrum_pass.hpp"

namespace ppatch {
namespace {

// Where there are tiles.
void sum_tiles(const CovarianceTiles& tiles, const Band& band, const EstimateTools& tools,
               double* totals) {
  const PlaneFft& fft = *band.fft;
  const auto needed = [&](std::int64_t first, std::int64_t end) { return tiles.needs(first, end); };
  fft.inverse(tools.weighted_spectrum, tiles.height, *tools.arena, tools.fft_slots, needed);
  fft.inverse(tools.moving_spectrum, tiles.height, *tools.arena, tools.fft_slots, needed);
  tools.arena->parallel_for(tiles.looked_at, [&](std::int64_t row, int) {
    const std::int64_t first = tiles.first_of(row);
    const std::int64_t at = first * fft.row_floats();
    tools.loops->sum_tiles(tools.weighted_spectrum + at, tools.moving_spectrum + at,
                           fft.row_floats(), tiles.end_of(row) - first, tiles,
                           tools.sums + row * tile_sums * tiles.columns);
  });
  for (std::int64_t i = 0; i < tiles.count(); ++i) add_tile(tools.sums + tile_sums * i, totals);
}

}  // namespace

ShiftQuality shift_quality(const FineShift& shift, const Band& band, const EstimateTools& tools) {
  SpectrumPass pass(band, tools);
  const double fraction[2] = {shift.fraction(0), shift.fraction(1)};
  pass.set_shift(fraction);
  const double displacement[2] = {shift.displacement_of(0), shift.displacement_of(1)};
  pass.set_displacement(displacement);
  pass.set_split(shift.split_f());
  pass.run(tools.loops->weigh_row, band_sums, true);
  double sums[band_sums];
  std::copy(tools.sums, tools.sums + band_sums, sums);
  const std::int64_t transform[2] = {band.fft->height(), band.fft->width()};
  const CovarianceTiles tiles = shift.tiles();
  double totals[tile_totals] = {};
  if (tiles.any()) sum_tiles(tiles, band, tools, totals);
  return shift_quality_of(shift, transform, sums, totals);
}

}  // namespace ppatch
