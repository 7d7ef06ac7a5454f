// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>

#include "math/bits.hpp"

namespace ppatch {

// All bits, or none.
PPATCH_HD std::uint64_t mask_of(bool set) {
  return std::uint64_t{0} - static_cast<std::uint64_t>(set);
}

// value^(1/2.2) where it is positive, else the value itself: 2^(log2(value) / 2.2) by series, with
// an error of a few units in the last place. Masks choose, for a compiler makes branches of
// conditions, and no vectors of a loop with those. x = m 2^e with m in [sqrt(1/2), sqrt(2)), log m
// = 2 artanh((m - 1) / (m + 1)).
PPATCH_HD double gamma_of(double value) {
  constexpr double exponent = 5.0 / 11.0;
  constexpr double ln2 = 0.69314718055994530942;
  constexpr std::uint64_t one = 0x3ff0000000000000ULL;
  constexpr std::uint64_t root_of_half = 0x3fe6a09e667f3bcdULL;
  constexpr std::uint64_t bits_of_54 = 0x404b000000000000ULL;
  constexpr std::uint64_t two_to_52 = 0x4330000000000000ULL;
  const bool subnormal = value < std::numeric_limits<double>::min();
  const std::uint64_t small = mask_of(subnormal);
  const std::uint64_t bits = bits_of(value * double_of(one + (small & (std::uint64_t{54} << 52))));
  const std::uint64_t biased = (bits - root_of_half + one) >> 52;  // e + 1023
  const double m = double_of(bits - (biased << 52) + one);
  const double e = double_of(biased | two_to_52) - 0x1p52 - 1023.0 - double_of(small & bits_of_54);
  const double t = (m - 1.0) / (m + 1.0);
  const double s = t * t;
  double log = 1.0 / 21.0;
  log = log * s + 1.0 / 19.0;
  log = log * s + 1.0 / 17.0;
  log = log * s + 1.0 / 15.0;
  log = log * s + 1.0 / 13.0;
  log = log * s + 1.0 / 11.0;
  log = log * s + 1.0 / 9.0;
  log = log * s + 1.0 / 7.0;
  log = log * s + 1.0 / 5.0;
  log = log * s + 1.0 / 3.0;
  log = log * s + 1.0;
  const double power = exponent * e + (2.0 * exponent / ln2) * t * log;
  // To the nearest integer: its low bits are then those of the sum.
  const double sum = power + 0x1.8p52;
  const double z = (power - (sum - 0x1.8p52)) * ln2;
  double exp = 1.0 / 6227020800.0;
  exp = exp * z + 1.0 / 479001600.0;
  exp = exp * z + 1.0 / 39916800.0;
  exp = exp * z + 1.0 / 3628800.0;
  exp = exp * z + 1.0 / 362880.0;
  exp = exp * z + 1.0 / 40320.0;
  exp = exp * z + 1.0 / 5040.0;
  exp = exp * z + 1.0 / 720.0;
  exp = exp * z + 1.0 / 120.0;
  exp = exp * z + 1.0 / 24.0;
  exp = exp * z + 1.0 / 6.0;
  exp = exp * z + 1.0 / 2.0;
  exp = exp * z + 1.0;
  exp = exp * z + 1.0;
  const double result = double_of(bits_of(exp) + (bits_of(sum) << 52));
  const std::uint64_t in =
      mask_of(value > 0.0) & mask_of(value <= std::numeric_limits<double>::max());
  return double_of((bits_of(result) & in) | (bits_of(value) & ~in));
}

// In single precision, with a relative error below 1.5e-7. 2^(5 e / 11) is 2^q 2^(f / 11) with
// whole numbers q and f = 5 e - 11 q: what is left of the exponent is below 0.75.
PPATCH_HD float gamma_of(float value) {
  constexpr float exponent = 5.0F / 11.0F;
  constexpr float ln2 = 0.69314718055994530942F;
  constexpr std::uint32_t one = 0x3f800000U, root_of_half = 0x3f3504f3U;
  constexpr std::uint32_t two_to_24 = 0x4b800000U;
  const std::uint32_t small =
      std::uint32_t{0} - static_cast<std::uint32_t>(value < std::numeric_limits<float>::min());
  const std::uint32_t bits = bits_of(value * float_of(one + (small & (two_to_24 - one))));
  const std::uint32_t biased = (bits - root_of_half + one) >> 23;  // e + 127
  const float m = float_of(bits - (biased << 23) + one);
  const float e = static_cast<float>(static_cast<std::int32_t>(biased)) - 127.0F -
                  float_of(small & bits_of(24.0F));
  const float q = (e * exponent + 0x1.8p23F) - 0x1.8p23F;
  const float f = 5.0F * e - 11.0F * q;
  const float t = (m - 1.0F) / (m + 1.0F);
  const float s = t * t;
  float log = 1.0F / 9.0F;
  log = log * s + 1.0F / 7.0F;
  log = log * s + 1.0F / 5.0F;
  log = log * s + 1.0F / 3.0F;
  log = log * s + 1.0F;
  const float z = (f * (1.0F / 11.0F)) * ln2 + (2.0F * exponent) * t * log;
  float exp = 1.0F / 40320.0F;
  exp = exp * z + 1.0F / 5040.0F;
  exp = exp * z + 1.0F / 720.0F;
  exp = exp * z + 1.0F / 120.0F;
  exp = exp * z + 1.0F / 24.0F;
  exp = exp * z + 1.0F / 6.0F;
  exp = exp * z + 1.0F / 2.0F;
  exp = exp * z + 1.0F;
  exp = exp * z + 1.0F;
  const float result =
      float_of(bits_of(exp) + (static_cast<std::uint32_t>(static_cast<std::int32_t>(q)) << 23));
  const std::uint32_t in =
      std::uint32_t{0} -
      static_cast<std::uint32_t>((value > 0.0F) & (value <= std::numeric_limits<float>::max()));
  return float_of((bits_of(result) & in) | (bits_of(value) & ~in));
}

}  // namespace ppatch
