// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/hd.hpp"

namespace ppatch {

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
  constexpr double max_coherence = 1.0 - 1e-6;
  return g < 0.0 ? 0.0 : g > max_coherence ? max_coherence : g;
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

}  // namespace ppatch
