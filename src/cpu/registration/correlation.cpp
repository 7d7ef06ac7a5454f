// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/correlation.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/registration/correlation_map.hpp"
#include "math/phase.hpp"

namespace ppatch {
namespace {

// Sum over all bins of the whole plane of |X|^2.
double power_of(const float* spectrum, const PlaneFft& fft) {
  double power = 0.0;
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.spectrum_width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + 2 * x;
      const auto re = static_cast<double>(spectrum[i]);
      const auto im = static_cast<double>(spectrum[i + 1]);
      const bool alone = x == 0 || 2 * x == fft.width();
      power += (alone ? 1.0 : 2.0) * (re * re + im * im);
    }
  }
  return power;
}

// The largest value of sum X e^{2 pi i f.D} on a grid of 1 / upsample about a rounded lag.
void refine(const float* spectrum, const PlaneFft& fft, int upsample, const Arena& arena,
            double* lines, double lag[2]) {
  const auto region = static_cast<std::int64_t>(std::ceil(1.5 * upsample));
  const std::int64_t half = region / 2;
  const std::int64_t width = fft.spectrum_width();
  double start[2];
  for (int axis = 0; axis < 2; ++axis) {
    start[axis] = std::floor(lag[axis] * upsample + 0.5) / upsample;
  }
  // The best of each row of the grid, behind the lines of the threads.
  Lag* best = reinterpret_cast<Lag*>(lines + 2 * width * arena.num_threads());
  arena.parallel_for(region, [&](std::int64_t row, int slot) {
    double* line = lines + 2 * width * slot;
    std::fill(line, line + 2 * width, 0.0);
    const double dy = start[0] + static_cast<double>(row - half) / upsample;
    for (std::int64_t k = 0; k < fft.height(); ++k) {
      double c = 0.0;
      double s = 0.0;
      unit_phase(line_frequency(k, fft.height()) * dy, &c, &s);
      const float* bins = spectrum + k * fft.row_floats();
      for (std::int64_t x = 0; x < width; ++x) {
        const auto re = static_cast<double>(bins[2 * x]);
        const auto im = static_cast<double>(bins[2 * x + 1]);
        line[2 * x] += re * c - im * s;
        line[2 * x + 1] += re * s + im * c;
      }
    }
    best[row] = Lag();
    for (std::int64_t column = 0; column < region; ++column) {
      const double dx = start[1] + static_cast<double>(column - half) / upsample;
      double sum = 0.0;
      for (std::int64_t x = 0; x < width; ++x) {
        double c = 0.0;
        double s = 0.0;
        unit_phase(static_cast<double>(x) / static_cast<double>(fft.width()) * dx, &c, &s);
        const bool alone = x == 0 || 2 * x == fft.width();
        sum += (alone ? 1.0 : 2.0) * (line[2 * x] * c - line[2 * x + 1] * s);
      }
      if (sum > best[row].value) best[row] = {row, column, sum};
    }
  });
  Lag all;
  for (std::int64_t row = 0; row < region; ++row) {
    if (best[row].value > all.value) all = best[row];
  }
  lag[0] = start[0] + static_cast<double>(all.y - half) / upsample;
  lag[1] = start[1] + static_cast<double>(all.x - half) / upsample;
}

}  // namespace

CorrelationPeak correlate_planes(float* reference, float* moving, const PlaneFft& fft,
                                 const CorrelationSearch& search, const Arena& arena,
                                 const FftSlots& slots, double* lines) {
  fft.forward(reference, search.size[0], arena, slots);
  fft.forward(moving, search.size[0], arena, slots);
  double scale = 1.0 / static_cast<double>(fft.height() * fft.width());
  if (search.normalisation == Normalisation::none) {
    const double power = std::sqrt(power_of(reference, fft) * power_of(moving, fft));
    scale = power > 0.0 ? 1.0 / power : 0.0;
  }
  multiply_spectra(reference, moving, reference, fft, arena, search.normalisation);
  // The inverse transform is taken of a copy: refining wants the spectrum.
  std::copy(reference, reference + fft.plane_floats(), moving);
  fft.inverse(moving, fft.height(), arena, slots);
  Lag best;
  for_lags(moving, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    if (value > best.value) best = {y, x, value};
  });
  CorrelationPeak peak;
  peak.found = best.value > 0.0;
  peak.value = std::clamp(best.value * scale, 0.0, 1.0);
  peak.second_ratio = second_ratio(moving, fft, search, best);
  double lag[2] = {static_cast<double>(best.y), static_cast<double>(best.x)};
  if (search.upsample > 1) refine(reference, fft, search.upsample, arena, lines, lag);
  for (int axis = 0; axis < 2; ++axis) {
    const bool moves = (axis == 0 ? fft.height() : fft.width()) > 1;
    peak.shift[axis] = moves ? 0.0 - lag[axis] : 0.0;
  }
  return peak;
}

}  // namespace ppatch
