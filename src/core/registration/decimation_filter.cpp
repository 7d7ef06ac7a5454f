// SPDX-License-Identifier: Apache-2.0
#include "core/registration/decimation_filter.hpp"

#include <cmath>

#include "math/elementary.hpp"

namespace ppatch {
namespace {

// The modified Bessel function I0 by its series.
double bessel_i0(double x) {
  double term = 1.0;
  double sum = 1.0;
  for (int k = 1; k < 40; ++k) {
    term *= 0.25 * x * x / (static_cast<double>(k) * k);
    sum += term;
  }
  return sum;
}

double sine(double x) {
  const double turns = x / (2.0 * pi);
  const double part = turns - std::floor(turns);
  return sin_pi(2.0 * part);
}

}  // namespace

DecimationFilter::DecimationFilter(int keep_one_of) : step(keep_one_of) {
  if (step == 1) return;
  // Of the kept samples' frequency: half the power passes at 0.44.
  constexpr double cutoff = 0.44;
  constexpr double beta = 5.0;
  count = 16 * step + 1;
  const double edge = half();
  double weight[decimation_taps];
  double sum = 0.0;
  for (int t = 0; t < count; ++t) {
    const double x = t - half();
    const double phase = 2.0 * pi * cutoff / step * x;
    const double sinc = t == half() ? 1.0 : sine(phase) / phase;
    const double inside = 1.0 - (x / edge) * (x / edge);
    weight[t] = sinc * bessel_i0(beta * std::sqrt(inside > 0.0 ? inside : 0.0));
    sum += weight[t];
  }
  for (int t = 0; t < count; ++t) taps[t] = static_cast<float>(weight[t] / sum);
}

}  // namespace ppatch
