// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/hd.hpp"
#include "math/phase.hpp"

namespace ppatch {

// A carrier of the CFA: chroma is modulated onto frequency (y, x), cycles per pixel, each within
// [-1/2, 1/2).
struct Carrier {
  float y = 0.0F, x = 0.0F, strength = 0.0F;
};

constexpr int max_carriers = 35;  // of a CFA pattern of period 6

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

// sin(2 pi (k - m).D) of carrier k, of the i-th m of {-1, 0, 1}^2, D in samples of so many pixels.
PPATCH_HD float carrier_sine(const Carrier& carrier, int i, const double displacement[2],
                             double pixels) {
  const int row = i / 3;
  const double my = row - 1;
  const double mx = i % 3 - 1;
  double cosine = 0.0;
  double sine = 0.0;
  unit_phase((static_cast<double>(carrier.y) - my) * displacement[0] * pixels +
                 (static_cast<double>(carrier.x) - mx) * displacement[1] * pixels,
             &cosine, &sine);
  return static_cast<float>(sine);
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
