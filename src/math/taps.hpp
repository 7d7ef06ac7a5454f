// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/elementary.hpp"
#include "math/enums.hpp"
#include "math/hd.hpp"

// The one-dimensional interpolation kernels. For a coordinate i + f, 0 <= f < 1, tap j stands at
// i + first + j.
namespace ppatch {

constexpr int max_taps = 6;

struct Taps {
  int first = 0;
  int count = 1;
  double weight[max_taps] = {1.0};
};

PPATCH_HD int tap_count(Interpolation kind) {
  return kind == Interpolation::nearest    ? 1
         : kind == Interpolation::bilinear ? 2
         : kind == Interpolation::bicubic  ? 4
                                           : 6;
}

PPATCH_HD int first_tap(Interpolation kind) {
  return kind == Interpolation::bicubic ? -1 : kind == Interpolation::lanczos3 ? -2 : 0;
}

// Keys (IEEE TASSP 29, 1981) with a = -1/2, as polynomials of f for the taps -1, 0, 1, 2.
PPATCH_HD void bicubic_weights(double f, double* w) {
  w[0] = ((-0.5 * f + 1.0) * f - 0.5) * f;
  w[1] = (1.5 * f - 2.5) * f * f + 1.0;
  w[2] = ((-1.5 * f + 2.0) * f + 0.5) * f;
  w[3] = (0.5 * f - 0.5) * f * f;
}

PPATCH_HD void bicubic_slopes(double f, double* d) {
  d[0] = (-1.5 * f + 2.0) * f - 0.5;
  d[1] = (4.5 * f - 5.0) * f;
  d[2] = (-4.5 * f + 4.0) * f + 0.5;
  d[3] = (1.5 * f - 1.0) * f;
}

// sin(x) / x and its derivative by their series, |x| < 0.2: the closed form of the derivative
// cancels there.
PPATCH_HD void sinc_series(double x, double* value, double* slope) {
  const double s = x * x;
  *value = 1.0 - s / 6.0 * (1.0 - s / 20.0 * (1.0 - s / 42.0 * (1.0 - s / 72.0)));
  *slope = -x / 3.0 * (1.0 - s / 10.0 * (1.0 - s / 28.0 * (1.0 - s / 54.0 * (1.0 - s / 88.0))));
}

// sinc(t) sinc(t / 3) and its derivative at t = f - n for |t| < 3; sin and cos of pi t follow from
// those of pi f by the sign of n's parity.
PPATCH_HD void lanczos_tap(double f, int n, double sin_f, double cos_f, double* value,
                           double* slope) {
  const double t = f - n;
  if (t > -0.05 && t < 0.05) {
    double a;
    double da;
    double b;
    double db;
    sinc_series(pi * t, &a, &da);
    sinc_series(pi * t / 3.0, &b, &db);
    *value = a * b;
    *slope = pi * da * b + pi / 3.0 * a * db;
    return;
  }
  const double parity = (n % 2 == 0) ? 1.0 : -1.0;
  const double a = parity * sin_f;
  const double da = parity * pi * cos_f;
  const double third = t < 0.0 ? -t / 3.0 : t / 3.0;
  const double b = t < 0.0 ? -sin_pi(third) : sin_pi(third);
  const double db = pi / 3.0 * cos_pi(third);
  const double scale = 3.0 / (pi * pi * t * t);
  *value = scale * a * b;
  *slope = scale * (da * b + a * db) - 2.0 * *value / t;
}

// Weights, and where slope is not null their derivatives by f, of the six taps -2 .. 3 normalised
// to sum to one.
PPATCH_HD void lanczos_weights(double f, double* w, double* slope) {
  double value[max_taps];
  double rate[max_taps];
  double sum = 0.0;
  double sum_rate = 0.0;
  const double sin_f = sin_pi(f);
  const double cos_f = cos_pi(f);
  PPATCH_ROLLED
  for (int j = 0; j < 6; ++j) {
    lanczos_tap(f, j - 2, sin_f, cos_f, &value[j], &rate[j]);
    sum += value[j];
    sum_rate += rate[j];
  }
  PPATCH_ROLLED
  for (int j = 0; j < 6; ++j) {
    w[j] = value[j] / sum;
    if (slope) slope[j] = (rate[j] - w[j] * sum_rate) / sum;
  }
}

// All taps of the kernel at fraction f, and their derivatives by f where slopes is not null: the
// derivative of the interpolant itself, from the right at its kinks. Nearest: one tap, slope zero.
// Weights beyond taps.count stay as they are.
PPATCH_HD void kernel_taps(Interpolation kind, double f, Taps& taps, double* slopes = nullptr) {
  taps.first = first_tap(kind);
  taps.count = tap_count(kind);
  switch (kind) {
    case Interpolation::nearest:
      taps.first = f >= 0.5 ? 1 : 0;
      if (slopes) slopes[0] = 0.0;
      break;
    case Interpolation::bilinear:
      taps.weight[0] = 1.0 - f;
      taps.weight[1] = f;
      if (slopes) {
        slopes[0] = -1.0;
        slopes[1] = 1.0;
      }
      break;
    case Interpolation::bicubic:
      bicubic_weights(f, taps.weight);
      if (slopes) bicubic_slopes(f, slopes);
      break;
    case Interpolation::lanczos3:
      lanczos_weights(f, taps.weight, slopes);
      break;
  }
}

// The taps that sampling uses: an integer coordinate needs one, an exact copy.
PPATCH_HD void sampling_taps(Interpolation kind, double f, Taps& taps) {
  if (f == 0.0) {
    taps.first = 0;
    taps.count = 1;
    taps.weight[0] = 1.0;
  } else {
    kernel_taps(kind, f, taps);
  }
}

}  // namespace ppatch
