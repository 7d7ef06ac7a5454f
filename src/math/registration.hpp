// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_MATH_REGISTRATION_HPP_
#define PTYCHOPATCH_MATH_REGISTRATION_HPP_

#include "math/elementary.hpp"
#include "math/hd.hpp"

// The formulas of registration: windows, weights, phases.
namespace ptychopatch {

// Tukey's window of n samples at sample u, which need not be whole: raised cosines over edge * n,
// at least one sample, at either end, and zero outside.
PPATCH_HD double tukey(double u, double n, double edge) {
  const double ramp = edge * n > 1.0 ? edge * n : 1.0;
  const double from_start = u + 0.5;
  const double from_end = n - 0.5 - u;
  double depth = (from_start < from_end ? from_start : from_end) / ramp;
  if (depth <= 0.0) return 0.0;
  if (depth >= 1.0) return 1.0;
  const double s = sin_series(0.5 * pi * depth);
  return s * s;
}

// cos and sin of 2 pi turns, for any finite number of turns below 2^52.
PPATCH_HD void unit_phase(double turns, double* cosine, double* sine) {
  double whole = static_cast<double>(static_cast<long long>(turns));
  if (whole > turns) whole -= 1.0;
  const double half_turns = 2.0 * (turns - whole);
  *cosine = cos_pi(half_turns);
  *sine = sin_pi(half_turns);
}

// The frequency of line k of n, in [-1/2, 1/2).
PPATCH_HD double line_frequency(long long k, long long n) {
  return static_cast<double>(2 * k < n ? k : k - n) / static_cast<double>(n);
}

// Sums over the bins of one ring of |f|, at the present estimate r of the shift:
// Re(conj(R^) M^ e^{2 pi i f.r}), |R^|^2, |M^|^2.
struct RingSums {
  double cross = 0.0, reference = 0.0, moving = 0.0;
};

// Coherence of a ring of n independent bins, freed of its bias; 0 where it tells nothing.
PPATCH_HD double ring_coherence(const RingSums& sums, double n) {
  if (sums.cross <= 0.0 || n < 12.0) return 0.0;
  const double power = sums.reference * sums.moving;
  if (!(power > 0.0)) return 0.0;
  const double g = (sums.cross * sums.cross / power - 2.0 / n) / (1.0 - 2.0 / n);
  constexpr double most = 1.0 - 1e-6;
  return g < 0.0 ? 0.0 : g > most ? most : g;
}

// What Hannan and Thomson's weight of a bin is made of: noise / signal of its ring times its mean
// cross power, and the mean cross power itself. weight = 1 / (noise + 2 leak signal), and 0 where
// noise is negative.
struct RingWeight {
  float noise = -1.0F, signal = 0.0F;
};

PPATCH_HD RingWeight ring_weight(const RingSums& sums, double bins, double n) {
  const double g = ring_coherence(sums, n);
  if (g <= 0.0) return {};
  const double signal = sums.cross / bins;
  return {static_cast<float>((1.0 - g) / g * signal), static_cast<float>(signal)};
}

PPATCH_HD float bin_weight(RingWeight ring, float leak) {
  return ring.noise < 0.0F ? 0.0F : 1.0F / (ring.noise + 2.0F * leak * ring.signal);
}

// A carrier of the CFA: chroma is modulated onto frequency (y, x), cycles per pixel.
struct Carrier {
  float y = 0.0F, x = 0.0F, strength = 0.0F;
};

// Chroma in the baseband at (fy, fx), relative to luminance there, if both fall as 1/f^2 in
// amplitude from their centres. It moves with the scene but its carrier does not, so it biases; the
// strength accounts for that.
PPATCH_HD float carrier_leak(const Carrier& carrier, float fy, float fx) {
  float gy = fy - carrier.y;
  float gx = fx - carrier.x;
  gy = gy < -0.5F ? gy + 1.0F : gy > 0.5F ? gy - 1.0F : gy;
  gx = gx < -0.5F ? gx + 1.0F : gx > 0.5F ? gx - 1.0F : gx;
  const float ratio = (fy * fy + fx * fx) / (gy * gy + gx * gx + 1e-6F);
  return carrier.strength * ratio * ratio;
}

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_MATH_REGISTRATION_HPP_
