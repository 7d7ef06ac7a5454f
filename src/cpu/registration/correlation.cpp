// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/registration/shift_formulas.hpp"

namespace ppatch {
namespace {

// conj(a) b to `to`, bin by bin.
void multiply(const float* a, const float* b, float* to, const PlaneFft& fft, const Arena& arena,
              Normalisation normalisation) {
  arena.parallel_for(fft.height(), [&](std::int64_t y, int) {
    for (std::int64_t x = 0; x < fft.spectrum_width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + 2 * x;
      const float re = a[i] * b[i] + a[i + 1] * b[i + 1];
      const float im = a[i] * b[i + 1] - a[i + 1] * b[i];
      float scale = 1.0F;
      if (normalisation == Normalisation::phase) {
        const float size = std::sqrt(re * re + im * im);
        scale = size > 0.0F ? 1.0F / size : 0.0F;
      }
      to[i] = scale * re;
      to[i + 1] = scale * im;
    }
  });
}

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

struct Lag {
  std::int64_t y = 0, x = 0;
  double value = -std::numeric_limits<double>::infinity();
};

// Calls body(D, value) for each lag D of the map within the search, in order of -D: the first of
// equal shifts is then the same as in a search over shifts.
template <class Body>
void for_lags(const float* map, const PlaneFft& fft, const CorrelationSearch& search, Body&& body) {
  const std::int64_t n[2] = {fft.height(), fft.width()};
  std::int64_t least[2];
  std::int64_t most[2];
  for (int axis = 0; axis < 2; ++axis) {
    const auto reach = static_cast<std::int64_t>(search.most[axis]);
    // Shifts d from -(n - 1) / 2 to n / 2, so D = -d.
    least[axis] = -std::min(reach, n[axis] / 2);
    most[axis] = std::min(reach, (n[axis] - 1) / 2);
  }
  for (std::int64_t y = most[0]; y >= least[0]; --y) {
    const float* row = map + (y < 0 ? y + n[0] : y) * fft.row_floats();
    for (std::int64_t x = most[1]; x >= least[1]; --x) {
      body(y, x, static_cast<double>(row[x < 0 ? x + n[1] : x]));
    }
  }
}

double second_ratio(const float* map, const PlaneFft& fft, const CorrelationSearch& search,
                    const Lag& best) {
  double second = 0.0;
  for_lags(map, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    const auto dy = static_cast<double>(std::abs(y - best.y));
    const auto dx = static_cast<double>(std::abs(x - best.x));
    if ((dy > search.apart || dx > search.apart) && value > second) second = value;
  });
  return best.value > 0.0 ? second / best.value : 1.0;
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
  multiply(reference, moving, reference, fft, arena, search.normalisation);
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

CorrelationPeak correlate_masked(float* reference, float* moving, const PlaneFft& fft,
                                 const CorrelationSearch& search, double ratio, const Arena& arena,
                                 const FftSlots& slots) {
  const std::int64_t plane = fft.plane_floats();
  for (int i = 0; i < masked_planes; ++i) {
    fft.forward(reference + i * plane, search.size[0], arena, slots);
    fft.forward(moving + i * plane, search.size[0], arena, slots);
  }
  float* image = reference;
  float* mask = reference + plane;
  float* square = reference + 2 * plane;
  float* moving_image = moving;
  float* moving_mask = moving + plane;
  float* moving_square = moving + 2 * plane;
  // Six products, each in the place of a factor that is no longer needed.
  const auto none = Normalisation::none;
  multiply(square, moving_mask, square, fft, arena, none);         // squares of R in overlap
  multiply(mask, moving_square, moving_square, fft, arena, none);  // squares of M
  float* product = reference + 3 * plane;
  float* moving_sum = moving + 3 * plane;
  multiply(image, moving_image, product, fft, arena, none);
  multiply(mask, moving_image, moving_sum, fft, arena, none);  // sums of M
  multiply(image, moving_mask, image, fft, arena, none);       // sums of R
  multiply(mask, moving_mask, mask, fft, arena, none);         // pixels in the overlap
  for (float* map : {square, moving_square, product, moving_sum, image, mask}) {
    fft.inverse(map, fft.height(), arena, slots);
  }
  const double scale = 1.0 / static_cast<double>(fft.height() * fft.width());
  float largest_overlap = 0.0F;
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.width(); ++x) {
      float& n = mask[y * fft.row_floats() + x];
      n = std::floor(static_cast<float>(scale) * n + 0.5F);
      largest_overlap = std::max(largest_overlap, n);
    }
  }
  double largest_spread = 0.0;
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + x;
      const double n = std::max(static_cast<double>(mask[i]), 1e-9);
      const double r = scale * static_cast<double>(image[i]);
      const double m = scale * static_cast<double>(moving_sum[i]);
      const double spread =
          std::sqrt(std::max(0.0, scale * static_cast<double>(square[i]) - r * r / n) *
                    std::max(0.0, scale * static_cast<double>(moving_square[i]) - m * m / n));
      product[i] = static_cast<float>(scale * static_cast<double>(product[i]) - r * m / n);
      square[i] = static_cast<float>(spread);
      largest_spread = std::max(largest_spread, spread);
    }
  }
  for (std::int64_t y = 0; y < fft.height(); ++y) {
    for (std::int64_t x = 0; x < fft.width(); ++x) {
      const std::int64_t i = y * fft.row_floats() + x;
      const bool counts =
          mask[i] >= ratio * largest_overlap && mask[i] > 0.0F && square[i] > 1e-4 * largest_spread;
      product[i] = counts ? std::clamp(product[i] / square[i], -1.0F, 1.0F) : 0.0F;
    }
  }
  Lag best;
  for_lags(product, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    if (value > best.value) best = {y, x, value};
  });
  double sum[2] = {};
  double count = 0.0;
  for_lags(product, fft, search, [&](std::int64_t y, std::int64_t x, double value) {
    if (value < best.value) return;
    sum[0] -= static_cast<double>(y);
    sum[1] -= static_cast<double>(x);
    count += 1.0;
  });
  CorrelationPeak peak;
  peak.found = best.value > 0.0;
  peak.value = std::max(0.0, best.value);
  peak.second_ratio = second_ratio(product, fft, search, best);
  for (int axis = 0; axis < 2; ++axis) peak.shift[axis] = count > 0.0 ? sum[axis] / count : 0.0;
  return peak;
}

}  // namespace ppatch
