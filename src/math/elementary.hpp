// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/bits.hpp"
#include "math/hd.hpp"

// Elementary functions without libm, so that every machine and backend gets the same bits.
namespace ppatch {

constexpr double pi = 3.14159265358979323846;

// sin(x) and cos(x) by their Taylor series, |x| <= pi/2, error below 1e-16 of the largest value.
PPATCH_HD double sin_series(double x) {
  const double s = x * x;
  double sum = 1.0;
  PPATCH_ROLLED
  for (int n = 12; n >= 1; --n) sum = 1.0 - sum * s / ((2.0 * n) * (2.0 * n + 1.0));
  return x * sum;
}

PPATCH_HD double cos_series(double x) {
  const double s = x * x;
  double sum = 1.0;
  PPATCH_ROLLED
  for (int n = 12; n >= 1; --n) sum = 1.0 - sum * s / ((2.0 * n) * (2.0 * n - 1.0));
  return sum;
}

// sin(pi x) and cos(pi x) for x in [0, 2).
PPATCH_HD double sin_pi(double x) {
  if (x > 1.0) return -sin_series(pi * (x > 1.5 ? 2.0 - x : x - 1.0));
  return sin_series(pi * (x > 0.5 ? 1.0 - x : x));
}

PPATCH_HD double cos_pi(double x) {
  if (x > 1.0) x = 2.0 - x;
  return x > 0.5 ? -cos_series(pi * (1.0 - x)) : cos_series(pi * x);
}

// Natural logarithm of a positive normal number: x = m 2^e with m in [sqrt(1/2), sqrt(2)), and
// log m = 2 artanh((m - 1) / (m + 1)).
PPATCH_HD double log_positive(double x) {
  std::uint64_t bits = bits_of(x);
  auto exponent = static_cast<std::int64_t>(bits >> 52) - 1023;
  bits = (bits & 0x000fffffffffffffULL) | 0x3ff0000000000000ULL;
  double m = double_of(bits);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++exponent;
  }
  const double t = (m - 1.0) / (m + 1.0);
  const double s = t * t;
  double sum = 0.0;
  for (int n = 23; n >= 1; n -= 2) sum = sum * s + 1.0 / n;
  constexpr double ln2 = 0.69314718055994530942;
  return 2.0 * t * sum + static_cast<double>(exponent) * ln2;
}

}  // namespace ppatch
