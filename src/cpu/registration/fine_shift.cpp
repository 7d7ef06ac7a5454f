// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "cpu/registration/spectrum_pass.hpp"
#include "math/registration/newton_step.hpp"

namespace ppatch {
namespace {

// Weights of the rings from the sums of a pass.
BandMeans fill_weights(const Band& band, const FineShift& shift, const EstimateTools& tools) {
  const std::int64_t all = ring_count(band.fft->height(), band.fft->width());
  const std::int64_t rings =
      std::min(all, shift.end_ring(ring_scale(band.fft->height(), band.fft->width())));
  std::fill(tools.weights + rings, tools.weights + all, RingWeight());
  const std::int64_t transform[2] = {band.fft->height(), band.fft->width()};
  const double independent = shift.share_of(transform);
  double powers[power_totals] = {};
  for (std::int64_t i = 0; i < all; ++i) add_powers(tools.sums + 4 * i, powers);
  const RingFloor floor = ring_floor(powers, shift.floor);
  double totals[ring_totals] = {};
  for (std::int64_t i = 0; i < rings; ++i) {
    const double* sums = tools.sums + 4 * i;
    const RingSums ring = with_floor(sums, floor);
    tools.weights[i] = ring_weight(ring, sums[3], sums[3] * independent);
    add_ring(ring, sums[3], sums[3] * independent, tools.weights[i].noise >= 0.0F, totals);
  }
  BandMeans means;
  fill_means(totals, means);
  return means;
}

}  // namespace

FineShift fine_shift(const Plane& reference, const Plane& moving, const Band& band,
                     const double start[2], const ShiftRounds& rounds, Window& held, bool circular,
                     const EstimateTools& tools, double max_f) {
  const std::int64_t size[2] = {reference.height, reference.width};
  ShiftSearch search(size, start, rounds, circular, max_f);
  while (search.lay()) {
    const FineShift& shift = search.result();
    if (!(held == search.reference_window())) {
      // Held once it is there: memory may run out on the way.
      held = {};
      transform_window(reference, search.reference_window(), *band.fft, tools,
                       tools.reference_spectrum);
      held = search.reference_window();
    }
    transform_window(moving, search.moving_window(), *band.fft, tools, tools.moving_spectrum);
    double fraction[2] = {shift.fraction(0), shift.fraction(1)};
    SpectrumPass pass(band, tools);
    pass.set_shift(fraction);
    pass.run(tools.loops->ring_row, 4 * ring_count(band.fft->height(), band.fft->width()), false);
    const BandMeans means = fill_weights(band, shift, tools);
    int iterations = 0;
    while (means.coherence >= 0.0 && iterations < max_steps) {
      if (iterations > 0) pass.set_shift(fraction);
      pass.run(tools.loops->newton_row, newton_sums, false);
      double step[2];
      if (!newton_step(tools.sums, step)) break;
      fraction[0] += step[0];
      fraction[1] += step[1];
      ++iterations;
      if (is_done(step)) break;
    }
    search.advance(means, fraction, iterations);
  }
  return search.result();
}

}  // namespace ppatch
