// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_MATH_REGISTRATION_SHIFT_FORMULAS_HPP_
#define PTYCHOPATCH_MATH_REGISTRATION_SHIFT_FORMULAS_HPP_

#include "math/elementary.hpp"
#include "math/hd.hpp"

// The formulas of registration: windows, weights, phases.
namespace ppatch {

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

// The vertex of the parabola through three values, as an offset from the middle one.
PPATCH_HD double parabola_vertex(double before, double middle, double after) {
  const double bend = before - 2.0 * middle + after;
  if (!(bend < 0.0)) return 0.0;
  const double offset = 0.5 * (before - after) / bend;
  return offset < -0.5 ? -0.5 : offset > 0.5 ? 0.5 : offset;
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
  const float weight = 1.0F / (ring.noise + 2.0F * leak * ring.signal);
  return ring.noise < 0.0F ? 0.0F : weight;
}

// A carrier of the CFA: chroma is modulated onto frequency (y, x), cycles per pixel, each within
// [-1/2, 1/2).
struct Carrier {
  float y = 0.0F, x = 0.0F, strength = 0.0F;
};

constexpr int max_carriers = 35;  // of a mosaic of period 6

// A frequency's distance from a carrier along one axis: from the nearest of its copies, which
// stands `copy` cycles per pixel below the carrier, -1, 0 or 1.
struct CarrierDistance {
  float square = 0.0F;
  int copy = 0;
};

PPATCH_HD CarrierDistance carrier_distance(float carrier, float f) {
  const float a = f - carrier;
  CarrierDistance distance;
  distance.copy = a < -0.5F ? 1 : a > 0.5F ? -1 : 0;
  const float g = a + static_cast<float>(distance.copy);
  distance.square = g * g;
  return distance;
}

// Chroma in the baseband, relative to luminance there, in power, if both fall as 1/f^2 in amplitude
// from their centres; f2 and the distances are squares.
PPATCH_HD float carrier_leak(float strength, float f2, float distance_y, float distance_x) {
  const float ratio = f2 / (distance_y + distance_x + 1e-6F);
  return strength * ratio * ratio;
}

// Leaked chroma moves with the scene, its carrier does not: of Z = conj(R^) M^ e^{2 pi i f.D} it
// turns Im Z from 0 to S rho u, u being the sum over carriers k of leak_k sin(2 pi k.D). How strong
// chroma is, rho, is fitted together with the error e of D: least squares of
//     Im Z = S rho u - 2 pi S f.e
// where e alone has been fitted before, so that sum W f Im Z = 0.
struct LeakSums {
  double fisher[3] = {0.0, 0.0, 0.0};  // sum W S f f: yy, yx, xx
  double mixed[2] = {0.0, 0.0};        // sum W S f u
  double square = 0.0;                 // sum W S u^2
  double slope = 0.0;                  // sum W u Im Z
};

struct LeakFit {
  double error[2] = {0.0, 0.0};            // to be added to D
  double covariance[3] = {0.0, 0.0, 0.0};  // what not knowing rho adds to that of D
};

// prior: 1 / the variance of rho about 0.
PPATCH_HD LeakFit fit_leak(const LeakSums& sums, double prior) {
  LeakFit fit;
  const double determinant = sums.fisher[0] * sums.fisher[2] - sums.fisher[1] * sums.fisher[1];
  if (!(determinant > 0.0)) return fit;
  const double y = (sums.fisher[2] * sums.mixed[0] - sums.fisher[1] * sums.mixed[1]) / determinant;
  const double x = (sums.fisher[0] * sums.mixed[1] - sums.fisher[1] * sums.mixed[0]) / determinant;
  const double left = sums.square - (sums.mixed[0] * y + sums.mixed[1] * x) + prior;
  const double fitted = sums.slope / left;
  const double rho = fitted > 0.0 ? fitted : 0.0;  // of powers: less is noise
  fit.error[0] = rho * y / (2.0 * pi);
  fit.error[1] = rho * x / (2.0 * pi);
  const double scale = 1.0 / (4.0 * pi * pi * left);
  fit.covariance[0] = scale * y * y;
  fit.covariance[1] = scale * y * x;
  fit.covariance[2] = scale * x * x;
  return fit;
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_MATH_REGISTRATION_SHIFT_FORMULAS_HPP_
