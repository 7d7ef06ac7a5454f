// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/registration/tile_agreement.hpp"
#include "cpu/registration/spectrum_pass.hpp"

namespace ppatch {
namespace {

// Two planes without what their rings' powers say of them, the moving one laid onto the reference.
class WhitePair {
 public:
  WhitePair(const Plane& reference, const Plane& moving, const Band& band, const FineShift& shift,
            bool circular, const EstimateTools& tools)
      : reference_(reference),
        moving_(moving),
        band_(band),
        shift_(shift),
        windows_(shift, circular),
        tiles_(shift.tiles()),
        tools_(tools) {}

  // By the shift and `more`. Leaves the planes where the spectra are.
  void lay(const double more[2]) const {
    const PlaneFft& fft = *band_.fft;
    transform_window(reference_, windows_.reference, fft, tools_, tools_.reference_spectrum);
    transform_window(moving_, windows_.moving, fft, tools_, tools_.moving_spectrum);
    SpectrumPass pass(band_, tools_);
    weigh(pass);
    const double fraction[2] = {shift_.fraction(0) + more[0], shift_.fraction(1) + more[1]};
    pass.set_shift(fraction);
    pass.run(tools_.loops->weigh_row, band_sums, true);
    fft.inverse(tools_.weighted_spectrum, tiles_.height, *tools_.arena, tools_.fft_slots);
    fft.inverse(tools_.moving_spectrum, tiles_.height, *tools_.arena, tools_.fft_slots);
  }

  // The tiles' agreement on what the planes were laid by.
  TileAgreement agreement(double threshold) const {
    const std::int64_t stride = band_.fft->row_floats();
    tools_.arena->parallel_for(tiles_.rows, [&](std::int64_t row, int) {
      double* const sums = tools_.tiles + tile_values * row * tiles_.columns;
      std::fill_n(sums, tile_values * tiles_.columns, 0.0);
      for (std::int64_t y = tiles_.first_of(row); y < tiles_.end_of(row); ++y) {
        add_row(tools_.weighted_spectrum + y * stride, tools_.moving_spectrum + y * stride, sums);
      }
    });
    return {tiles_, threshold, tools_.tiles};
  }

  // Zeros in both but for what an agreement leaves, transformed.
  void keep(const TileAgreement& agreement) const {
    const PlaneFft& fft = *band_.fft;
    for (float* const plane : {tools_.weighted_spectrum, tools_.moving_spectrum}) {
      fft.forward(plane, tiles_.height, *tools_.arena, tools_.fft_slots,
                  [&](std::int64_t y, float* row) {
                    std::int64_t done = 0;
                    agreement.for_left(y, [&](std::int64_t begin, std::int64_t end) {
                      std::fill(row + done, row + begin, 0.0F);
                      done = end;
                    });
                    std::fill(row + done, row + fft.width(), 0.0F);
                  });
    }
  }

 private:
  void weigh(const SpectrumPass& pass) const {
    const std::int64_t rings = ring_count(band_.fft->height(), band_.fft->width());
    pass.run(tools_.loops->power_row, 4 * rings, false);
    for (std::int64_t i = 0; i < rings; ++i) tools_.weights[i] = white_weight(tools_.sums + 4 * i);
  }
  void add_row(const float* a, const float* b, double* sums) const {
    for (std::int64_t column = 0; column < tiles_.columns; ++column) {
      const std::int64_t x = tiles_.first_column_of(column);
      const std::int64_t n = tiles_.end_column_of(column) - x;
      double* const of = sums + tile_values * column;
      of[tile_product] += tools_.loops->weighted_sum(a + x, b + x, n);
      of[tile_reference] += tools_.loops->weighted_sum(a + x, a + x, n);
      of[tile_moving] += tools_.loops->weighted_sum(b + x, b + x, n);
    }
  }

  const Plane& reference_;
  const Plane& moving_;
  const Band& band_;
  const FineShift& shift_;
  WindowPair windows_;
  CovarianceTiles tiles_;
  const EstimateTools& tools_;
};

}  // namespace

bool agrees_elsewhere(const Plane& reference, const Plane& moving, const Band& band,
                      const FineShift& shift, const SceneGeometry& geometry, bool circular,
                      const float* ones, const EstimateTools& tools) {
  const CovarianceTiles tiles = shift.tiles();
  if (!tiles.any() || !tiles.all()) return false;
  const WhitePair pair(reference, moving, band, shift, circular, tools);
  constexpr double none[2] = {0.0, 0.0};
  pair.lay(none);
  const TileAgreement first = pair.agreement(first_agreement);
  if (!first.leaves_enough()) return false;
  pair.keep(first);
  const std::int64_t transform[2] = {band.fft->height(), band.fft->width()};
  LagSurface tables;
  tables.height = transform[0];
  tables.width = transform[1];
  tables.scale_y = tables.scale_x = tables.share_y = tables.share_x = ones;
  std::int64_t range[2];
  second_range(shift, geometry, range);
  const SurfacePeaks peaks = correlation_peaks(band, tables, range, geometry.copies, tools);
  const CoarsePeak peak = first.second_peak(peaks, transform, range);
  if (!peak.found) return false;
  pair.lay(peak.displacement);
  const std::int64_t agreeing = first.agreeing();
  return is_contradicted(peak, agreeing, pair.agreement(second_agreement).agreeing());
}

}  // namespace ppatch
