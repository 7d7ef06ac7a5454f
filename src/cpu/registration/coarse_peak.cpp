// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "cpu/registration/spectrum_pass.hpp"
#include "math/registration/parabola.hpp"

namespace ppatch {
namespace {

// A correlation map, lags wrapped about its corner.
struct LagMap {
  const float* data = nullptr;
  std::int64_t height = 0, width = 0, stride = 0;

  float at(std::int64_t dy, std::int64_t dx) const {
    const std::int64_t y = (dy % height + height) % height;
    const std::int64_t x = (dx % width + width) % width;
    return data[y * stride + x];
  }
};

struct Best {
  float value = -std::numeric_limits<float>::infinity();
  std::int64_t dy = 0, dx = 0;
};

// The largest value within +-max_lag for which keep(dy, dx); of equal ones the first in order of
// dy, dx.
template <class Keep>
Best largest(const LagMap& map, const std::int64_t max_lag[2], Keep&& keep) {
  Best best;
  for (std::int64_t dy = -max_lag[0]; dy <= max_lag[0]; ++dy) {
    const float* row = map.data + (dy < 0 ? dy + map.height : dy) * map.stride;
    for (std::int64_t dx = -max_lag[1]; dx <= max_lag[1]; ++dx) {
      const float value = row[dx < 0 ? dx + map.width : dx];
      if (value > best.value && keep(dy, dx)) best = {value, dy, dx};
    }
  }
  return best;
}

}  // namespace

CoarsePeak coarse_peak(const Plane& reference, const Plane& moving, const Band& band,
                       const double max_lag[2], double apart, bool circular,
                       const EstimateTools& tools) {
  const PlaneFft& fft = *band.fft;
  const std::int64_t size[2] = {reference.height, reference.width};
  const Window window = whole_window(size, circular);
  transform_window(reference, window, fft, tools, tools.reference_spectrum);
  transform_window(moving, window, fft, tools, tools.moving_spectrum);
  const SpectrumPass pass(band, tools);
  pass.run([&](const SpectrumRow& row, double*) { tools.loops->correlate_row(row); }, 0, true);
  fft.inverse(tools.reference_spectrum, fft.height(), *tools.arena, tools.fft_slots);
  fft.inverse(tools.moving_spectrum, fft.height(), *tools.arena, tools.fft_slots);

  const LagMap map{tools.reference_spectrum, fft.height(), fft.width(), fft.row_floats()};
  const LagMap phase{tools.moving_spectrum, fft.height(), fft.width(), fft.row_floats()};
  const std::int64_t range[2] = {
      std::min(static_cast<std::int64_t>(max_lag[0]), (fft.height() - 1) / 2),
      std::min(static_cast<std::int64_t>(max_lag[1]), (fft.width() - 1) / 2)};
  const Best best = largest(map, range, [](std::int64_t, std::int64_t) { return true; });
  CoarsePeak peak;
  if (!(best.value > 0.0F)) return peak;
  peak.found = true;
  const double middle = best.value;
  peak.displacement[0] =
      static_cast<double>(best.dy) +
      parabola_vertex(map.at(best.dy - 1, best.dx), middle, map.at(best.dy + 1, best.dx));
  peak.displacement[1] =
      static_cast<double>(best.dx) +
      parabola_vertex(map.at(best.dy, best.dx - 1), middle, map.at(best.dy, best.dx + 1));
  float highest = 0.0F;
  for (std::int64_t dy = -2; dy <= 2; ++dy) {
    for (std::int64_t dx = -2; dx <= 2; ++dx) {
      highest = std::max(highest, phase.at(best.dy + dy, best.dx + dx));
    }
  }
  const Best second = largest(phase, range, [&](std::int64_t dy, std::int64_t dx) {
    return static_cast<double>(std::abs(dy - best.dy)) > apart ||
           static_cast<double>(std::abs(dx - best.dx)) > apart;
  });
  peak.second_ratio =
      highest > 0.0F ? std::max(0.0, static_cast<double>(second.value) / highest) : 1.0;
  return peak;
}

}  // namespace ppatch
