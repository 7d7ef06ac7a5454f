// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "math/elementary.hpp"
#include "math/hd.hpp"

// What the surface of a correlation by phase alone tells: c(D) = sum over f of w cos(phase + 2 pi
// f.D), w from the power of either image alone, so that under noise c is normal, of variance sum
// w^2 times what the tapers have in common at D.
namespace ppatch {

// The share of signal in the power of a ring, from the image's own weakest ring.
PPATCH_HD double signal_share(double power, double weakest) {
  constexpr double least = 0.02;
  if (!(power > 0.0)) return least;
  const double share = 1.0 - 0.9 * weakest / power;
  return share < least ? least : share;
}

// Bins below which a ring's power is no estimate of the weakest.
constexpr double bins_of_weakest = 12.0;

// Over the bins of the whole plane.
struct SurfaceSums {
  double bins = 0.0;    // that are looked at
  double square = 0.0;  // sum of w^2, the variance of c where nothing is tapered
  double moment = 0.0;  // sum of w^2 f^2

  PPATCH_HD void add(double more_bins, double more, double f) {
    bins += more_bins;
    square += more;
    moment += more * f * f;
  }
  // Of bins that may be `copies` of each other, all of which then err alike.
  PPATCH_HD void repeat(int copies) {
    bins /= copies;
    square *= copies;
    moment *= copies;
  }
};

// The weight of a ring from its sums of |R^||M^|, both powers and bins, so that a bin's is that
// times the root of its |X|; weakest: mean powers of the images' weakest rings; f: the ring's
// frequency.
PPATCH_HD float weigh_ring(const double* sums, const double weakest[2], double f,
                           SurfaceSums& surface) {
  const double power = std::sqrt(sums[1] * sums[2]);
  if (!(power > 0.0)) return 0.0F;
  const double share =
      signal_share(sums[1] / sums[3], weakest[0]) * signal_share(sums[2] / sums[3], weakest[1]);
  // Over the root of the ring's mean cross power.
  const double w = std::sqrt(share * sums[3] / power);
  surface.add(2.0 * sums[3], 2.0 * w * w * sums[0], f);
  return static_cast<float>(w);
}

// How far from a peak its own slopes reach, samples: to the second zero of the surface that a disc
// of bins with that moment has.
PPATCH_HD double surface_reach(const SurfaceSums& sums) {
  const double axis = 0.5 * sums.moment;
  const double reach = axis > 0.0 ? 0.75 * std::sqrt(sums.square / axis) : 0.0;
  return reach > 3.0 ? reach : 3.0;
}

// Taps of a window of eight samples that interpolates at `fraction` in [-1/2, 1/2] of a sample
// beyond its fourth: sinc under a raised cosine.
constexpr int surface_taps = 8;
PPATCH_HD double surface_tap(int tap, double fraction) {
  constexpr int middle = surface_taps / 2 - 1;
  const double t = static_cast<double>(tap - middle) - fraction;
  const double size = t < 0.0 ? -t : t;
  if (size >= 4.0) return 0.0;
  if (size < 1e-9) return 1.0;
  const double turned = size < 2.0 ? sin_pi(size) : sin_pi(size - 2.0);
  const double c = cos_pi(size / 8.0);
  return turned / (pi * size) * c * c;
}

}  // namespace ppatch
