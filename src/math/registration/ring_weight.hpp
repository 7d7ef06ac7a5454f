// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "math/elementary.hpp"
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

// White noise that every image is taken to have, as a part of its mean power: what leaks from
// strong frequencies to weak ones through the windows' tapers is alike in both images, and follows
// no shift.
struct RingFloor {
  double reference = 0.0, moving = 0.0;  // a bin
};

// What a floor is made of.
enum PowerTotal { reference_powers, moving_powers, power_bins, power_totals };

PPATCH_HD void add_powers(const double* sums, double (&totals)[power_totals]) {
  for (int s = 0; s < power_totals; ++s) totals[s] += sums[1 + s];
}

// share: of the mean power.
PPATCH_HD RingFloor ring_floor(const double (&totals)[power_totals], double share) {
  if (!(totals[power_bins] > 0.0)) return {};
  const double a_bin = share / totals[power_bins];
  return {a_bin * totals[reference_powers], a_bin * totals[moving_powers]};
}

// From a ring's sums of cross, reference, moving and bins.
PPATCH_HD RingSums with_floor(const double* sums, const RingFloor& floor) {
  return {sums[0], sums[1] + sums[3] * floor.reference, sums[2] + sums[3] * floor.moving};
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

// Of images to be whitened, so that all of their bins count alike: from the ring's sums of
// |R^||M^|, both powers and bins.
PPATCH_HD RingWeight white_weight(const double* sums) {
  const double power = sums[3] > 0.0 ? std::sqrt(sums[1] * sums[2]) / sums[3] : 0.0;
  if (!(power > 0.0)) return {};
  return {static_cast<float>(power), 0.0F};
}

PPATCH_HD float bin_weight(RingWeight ring, float leak) {
  const float weight = 1.0F / (ring.noise + 2.0F * leak * ring.signal);
  return ring.noise < 0.0F ? 0.0F : weight;
}

// What all rings of a band tell.
struct BandMeans {
  double coherence = -1.0;   // mean over the bins; -1: no ring has any weight
  double information = 0.0;  // what the images tell of each other, nats a bin
};

// Adds up rings to BandMeans.
enum RingTotal {
  ring_coherences,  // times bins, as the next
  ring_information,
  ring_bins,
  ring_weighted,  // how many have a weight
  ring_totals
};

PPATCH_HD void add_ring(const RingSums& sums, double bins, double n, bool weighted,
                        double (&totals)[ring_totals]) {
  const double coherence = ring_coherence(sums, n);
  totals[ring_coherences] += coherence * bins;
  totals[ring_information] -= log_positive(1.0 - coherence) * bins;
  totals[ring_bins] += bins;
  totals[ring_weighted] += weighted ? 1.0 : 0.0;
}

PPATCH_HD void fill_means(const double (&totals)[ring_totals], BandMeans& means) {
  means = BandMeans();
  if (!(totals[ring_weighted] > 0.0)) return;
  means.coherence = totals[ring_coherences] / totals[ring_bins];
  means.information = totals[ring_information] / totals[ring_bins];
}

}  // namespace ppatch
