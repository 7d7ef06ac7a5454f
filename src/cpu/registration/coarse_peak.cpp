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

SurfacePeaks correlation_peaks(const Band& band, const LagSurface& tables,
                               const std::int64_t range[2], int copies,
                               const EstimateTools& tools) {
  const PlaneFft& fft = *band.fft;
  const SpectrumPass pass(band, tools);
  SurfacePeaks peaks;
  peaks.sums = weigh_rings(pass, fft, tools);
  peaks.sums.repeat(copies);
  pass.run([&](const SpectrumRow& row, double*) { tools.loops->correlate_row(row); }, 0, true);
  fft.inverse(tools.reference_spectrum, fft.height(), *tools.arena, tools.fft_slots);
  fft.inverse(tools.moving_spectrum, fft.height(), *tools.arena, tools.fft_slots);

  LagSurface phase = tables;
  phase.data = tools.moving_spectrum;
  phase.stride = fft.row_floats();
  LagSurface cross = phase;
  cross.data = tools.reference_spectrum;
  search_lags(cross, phase, range, tools, peaks);
  return peaks;
}

CoarsePeak coarse_peak(const Plane& reference, const Plane& moving, const Band& band,
                       const std::int64_t range[2], const float* lag_tables, int copies,
                       bool circular, const EstimateTools& tools) {
  const PlaneFft& fft = *band.fft;
  const std::int64_t size[2] = {reference.height, reference.width};
  const Window window = whole_window(size, circular);
  transform_window(reference, window, fft, tools, tools.reference_spectrum);
  transform_window(moving, window, fft, tools, tools.moving_spectrum);
  LagSurface tables;
  tables.height = fft.height();
  tables.width = fft.width();
  tables.set_tables(lag_tables);
  const SurfacePeaks peaks = correlation_peaks(band, tables, range, copies, tools);
  const std::int64_t transform[2] = {fft.height(), fft.width()};
  return coarse_peak_of(peaks, transform, range);
}

}  // namespace ppatch
