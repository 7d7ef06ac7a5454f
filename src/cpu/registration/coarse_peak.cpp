// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cpu/registration/lag_search.hpp"
#include "cpu/registration/spectrum_pass.hpp"
#include "kernels/registration/lag_surface.hpp"

namespace ppatch {
namespace {

// The weights of the surface by phase alone, into the signal of the rings' weights.
SurfaceSums weigh_rings(const SpectrumPass& pass, const PlaneFft& fft, const EstimateTools& tools) {
  const std::int64_t rings = ring_count(fft.height(), fft.width());
  pass.run(tools.loops->power_row, 4 * rings, false);
  double weakest[2] = {INFINITY, INFINITY};
  for (std::int64_t i = 0; i < rings; ++i) {
    const double* sums = tools.sums + 4 * i;
    if (sums[3] < bins_of_weakest) continue;
    for (int k = 0; k < 2; ++k) weakest[k] = std::min(weakest[k], sums[1 + k] / sums[3]);
  }
  SurfaceSums all;
  for (std::int64_t i = 0; i < rings; ++i) {
    const double f = (static_cast<double>(i) + 0.5) / pass.ring_scale();
    tools.weights[i] = {0.0F, weigh_ring(tools.sums + 4 * i, weakest, f, all)};
  }
  return all;
}

}  // namespace

CoarsePeak coarse_peak(const Plane& reference, const Plane& moving, const Band& band,
                       const std::int64_t range[2], const float* lag_tables, int copies,
                       bool circular, const EstimateTools& tools) {
  const PlaneFft& fft = *band.fft;
  const std::int64_t size[2] = {reference.height, reference.width};
  const Window window = whole_window(size, circular);
  transform_window(reference, window, fft, tools, tools.reference_spectrum);
  transform_window(moving, window, fft, tools, tools.moving_spectrum);
  const SpectrumPass pass(band, tools);
  SurfacePeaks peaks;
  peaks.sums = weigh_rings(pass, fft, tools);
  peaks.sums.repeat(copies);
  pass.run([&](const SpectrumRow& row, double*) { tools.loops->correlate_row(row); }, 0, true);
  fft.inverse(tools.reference_spectrum, fft.height(), *tools.arena, tools.fft_slots);
  fft.inverse(tools.moving_spectrum, fft.height(), *tools.arena, tools.fft_slots);

  LagSurface phase;
  phase.data = tools.moving_spectrum;
  phase.height = fft.height();
  phase.width = fft.width();
  phase.stride = fft.row_floats();
  phase.set_tables(lag_tables);
  LagSurface cross = phase;
  cross.data = tools.reference_spectrum;
  search_lags(cross, phase, range, tools, peaks);
  const std::int64_t transform[2] = {fft.height(), fft.width()};
  return coarse_peak_of(peaks, transform, range);
}

}  // namespace ppatch
