// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

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

// Calls each(begin, end) for the columns of lags from first to last, which wrap once.
template <class Each>
void for_columns(const LagSurface& map, std::int64_t first, std::int64_t last, Each&& each) {
  if (first > last) return;
  if (first < 0) each(map.width + first, map.width + std::min<std::int64_t>(last, -1) + 1);
  if (last >= 0) each(std::max<std::int64_t>(first, 0), last + 1);
}

// The largest scaled value within +-max_lag; of equal ones the first in order of dy, dx.
LagValue largest(const LagSurface& map, const std::int64_t max_lag[2], const SceneLoops& loops) {
  LagValue best{-std::numeric_limits<double>::infinity(), 0, 0};
  for (std::int64_t dy = -max_lag[0]; dy <= max_lag[0]; ++dy) {
    const float* row = map.data + map.row_of(dy) * map.stride;
    const auto scale = static_cast<double>(map.scale_y[map.row_of(dy)]);
    float high = -std::numeric_limits<float>::infinity();
    float low = -high;
    for_columns(map, -max_lag[1], max_lag[1], [&](std::int64_t begin, std::int64_t end) {
      loops.lag_extremes(row + begin, map.scale_x + begin, end - begin, &high, &low);
    });
    if (!(static_cast<double>(high) * scale > best.value)) continue;
    for (std::int64_t dx = -max_lag[1]; dx <= max_lag[1]; ++dx) {
      if (row[map.column_of(dx)] * map.scale_x[map.column_of(dx)] != high) continue;
      best = {static_cast<double>(high) * scale, dy, dx};
      break;
    }
  }
  return best;
}

// Elsewhere than at the peak: by phase.
void look_elsewhere(const LagSurface& map, const std::int64_t max_lag[2], double reach,
                    const SceneLoops& loops, SurfacePeaks& all) {
  const auto whole = static_cast<std::int64_t>(reach);
  const double bound = significant_peak * std::sqrt(all.sums.square);
  for (std::int64_t dy = -max_lag[0]; dy <= max_lag[0]; ++dy) {
    const float* row = map.data + map.row_of(dy) * map.stride;
    const auto scale = static_cast<double>(map.scale_y[map.row_of(dy)]);
    const auto share = static_cast<double>(map.share_y[map.row_of(dy)]);
    const auto look = [&](std::int64_t first, std::int64_t last, bool near) {
      for_columns(map, first, last, [&](std::int64_t begin, std::int64_t end) {
        float high = 0.0F;
        float low = 0.0F;
        loops.lag_extremes(row + begin, map.scale_x + begin, end - begin, &high, &low);
        const double value = scale * static_cast<double>(near ? -low : std::max(high, -low));
        all.other = std::max(all.other, value);
        if (near || !(value > bound) || !(share > 0.0)) return;
        auto best = static_cast<float>(all.repeat.value / share);
        const std::int64_t place =
            loops.lag_second(row + begin, map.scale_x + begin, map.share_x + begin,
                             static_cast<float>(bound / scale), end - begin, &best);
        if (place < 0) return;
        const std::int64_t x = begin + place;
        all.repeat = {static_cast<double>(best) * share, dy, 2 * x < map.width ? x : x - map.width};
      });
    };
    if (std::abs(dy - all.peak.dy) > whole) {
      look(-max_lag[1], max_lag[1], false);
      continue;
    }
    const std::int64_t left = std::max(all.peak.dx - whole, -max_lag[1]);
    const std::int64_t right = std::min(all.peak.dx + whole, max_lag[1]);
    look(-max_lag[1], left - 1, false);
    look(left, right, true);
    look(right + 1, max_lag[1], false);
  }
}

// Of the local maxima beyond `reach` from the peak: the largest, times the shares of its row and
// column.
LagValue highest_repeat(const LagSurface& map, const std::int64_t max_lag[2], const LagValue& peak,
                        double reach, const SceneLoops& loops) {
  const auto whole = static_cast<std::int64_t>(reach);
  LagValue best;
  for (std::int64_t dy = -max_lag[0]; dy <= max_lag[0]; ++dy) {
    const float* row = map.data + map.row_of(dy) * map.stride;
    const auto share = static_cast<double>(map.share_y[map.row_of(dy)]);
    float high = 0.0F;
    float low = 0.0F;
    for_columns(map, -max_lag[1], max_lag[1], [&](std::int64_t begin, std::int64_t end) {
      loops.lag_extremes(row + begin, map.share_x + begin, end - begin, &high, &low);
    });
    if (!(static_cast<double>(high) * share > best.value)) continue;
    for (std::int64_t dx = -max_lag[1]; dx <= max_lag[1]; ++dx) {
      const std::int64_t x = map.column_of(dx);
      const double value =
          static_cast<double>(row[x]) * share * static_cast<double>(map.share_x[x]);
      const bool near = std::abs(dy - peak.dy) <= whole && std::abs(dx - peak.dx) <= whole;
      if (!(value > best.value) || near) continue;
      if (map.is_top(dy, dx)) best = {value, dy, dx};
    }
  }
  return best;
}

}  // namespace

CoarsePeak coarse_peak(const Plane& reference, const Plane& moving, const Band& band,
                       const std::int64_t range[2], const LagTables& lags, bool circular,
                       const EstimateTools& tools) {
  const PlaneFft& fft = *band.fft;
  const std::int64_t size[2] = {reference.height, reference.width};
  const Window window = whole_window(size, circular);
  transform_window(reference, window, fft, tools, tools.reference_spectrum);
  transform_window(moving, window, fft, tools, tools.moving_spectrum);
  const SpectrumPass pass(band, tools);
  SurfacePeaks peaks;
  peaks.sums = weigh_rings(pass, fft, tools);
  pass.run([&](const SpectrumRow& row, double*) { tools.loops->correlate_row(row); }, 0, true);
  fft.inverse(tools.reference_spectrum, fft.height(), *tools.arena, tools.fft_slots);
  fft.inverse(tools.moving_spectrum, fft.height(), *tools.arena, tools.fft_slots);

  LagSurface phase;
  phase.data = tools.moving_spectrum;
  phase.height = fft.height();
  phase.width = fft.width();
  phase.stride = fft.row_floats();
  phase.set_tables(lags.tables);
  LagSurface cross = phase;
  cross.data = tools.reference_spectrum;
  cross.scale_y = cross.scale_x = lags.ones;
  choose_peak(cross, largest(cross, range, *tools.loops), phase,
              largest(phase, range, *tools.loops), peaks);
  if (peaks.found) {
    const double reach = surface_reach(peaks.sums);
    look_elsewhere(phase, range, reach, *tools.loops, peaks);
    peaks.correlation = highest_repeat(cross, range, peaks.peak, reach, *tools.loops);
  }
  const std::int64_t transform[2] = {fft.height(), fft.width()};
  return coarse_peak_of(peaks, transform, range);
}

}  // namespace ppatch
