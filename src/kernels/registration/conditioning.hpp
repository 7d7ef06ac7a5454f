// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/registration/cfa_phase_sums.hpp"
#include "math/hd.hpp"

// What conditioning finds out about an image of a scene, from sums over its pixels.
namespace ppatch {

// Those of ppatch_shift_status that are told from one image.
enum SceneStatus : std::int32_t {
  scene_ok = 0,
  scene_flat = 1,
  scene_saturated = 2,
  scene_not_finite = 3
};

// What conditioning follows from beside the sums.
struct ConditioningRules {
  int period = 1;
  double black[max_cfa_phases] = {};
  double white = 0.0;
  bool clips = false;
  bool replaces_clipped = false;  // clipped pixels become the white level
  bool masked = false, integers = false;
};

// How an image's pixels are conditioned: (pixel - black) factor - offset.
struct Conditioning {
  std::int32_t status = scene_flat;
  bool repairs = false;               // hot and dead pixels
  double black[max_cfa_phases] = {};  // by CFA phase
  double factor[max_cfa_phases] = {};
  double offset = 0.0;
  // Pixels times their factor from clip on become, conditioned, clip_value.
  float clip[max_cfa_phases] = {};
  float clip_value[max_cfa_phases] = {};
};

// Integers are finite wherever one looks: of large images some rows tell enough, those of every
// n-th period, unless what they tell is suspicious.
PPATCH_HD std::int64_t summed_row_step(std::int64_t pixels, bool integers, bool masked) {
  constexpr std::int64_t enough = 2'000'000;
  const std::int64_t every = integers && !masked ? pixels / enough : 1;
  return every < 1 ? 1 : every;
}

// A CFA phase that does not vary, or whose pixels are mostly clipped.
PPATCH_HD bool is_suspicious(const CfaPhaseSums& sums, int period) {
  const int phases = period * period;
  for (int i = 0; i < phases; ++i) {
    if (!(sums.min[i] < sums.max[i])) return true;
    if (sums.count[i] < 0.25 * sums.pixels / phases) return true;
  }
  return false;
}

PPATCH_HD std::int32_t image_status(const CfaPhaseSums& all, double count,
                                    const ConditioningRules& rules) {
  if (all.finite == 0.0) return scene_not_finite;
  std::int32_t status = scene_ok;
  if ((count == 0.0 || count < 0.1 * all.pixels) && !(rules.masked && count > 0.0)) {
    status = rules.clips ? scene_saturated : scene_flat;
  }
  bool varies = false;  // within a CFA phase
  for (int i = 0; i < rules.period * rules.period; ++i) {
    varies = varies || all.min[i] < all.max[i];
  }
  return status == scene_ok && !varies ? scene_flat : status;
}

// repairs is left to the caller. Where the status is not OK, the rest holds anything.
PPATCH_HD void find_conditioning(const CfaPhaseSums& all, double origin,
                                 const ConditioningRules& rules, Conditioning* out) {
  const int phases = rules.period * rules.period;
  double count = 0.0;
  for (int i = 0; i < phases; ++i) count += all.count[i];
  out->status = image_status(all, count, rules);
  if (out->status != scene_ok) return;
  double structure = 0.0;  // of CFA phases about their own means
  double total = 0.0;
  double square = 0.0;
  for (int i = 0; i < phases; ++i) {
    out->black[i] = rules.black[i];
    total += all.sum[i];
    square += all.square[i];
    if (all.count[i] == 0.0) continue;
    structure += all.square[i] - all.sum[i] * (all.sum[i] / all.count[i]);
  }
  // Of floating-point numbers, not more than their rounding.
  if (!rules.integers && !(structure > 1e-13 * square)) {
    out->status = scene_flat;
    return;
  }
  if (rules.period == 1) {
    const double mean = total / count;
    const double variance = square / count - mean * mean;
    out->factor[0] = 1.0 / std::sqrt(variance < 1e-300 ? 1e-300 : variance);
    out->offset = (mean + origin - out->black[0]) * out->factor[0];
  } else {
    out->offset = 1.0;
    for (int i = 0; i < phases; ++i) {
      const double mean = all.sum[i] / all.count[i] + origin - out->black[i];
      // A CFA phase without light or without unclipped pixels has nothing to say.
      out->factor[i] = all.count[i] > 0.0 && mean > 0.0 ? 1.0 / mean : 0.0;
    }
  }
  for (int i = 0; i < phases; ++i) {
    out->clip[i] = no_bound;
    out->clip_value[i] = 0.0F;
    if (out->factor[i] == 0.0) {
      out->clip[i] = -no_bound;  // all of them; their value is zero
    } else if (rules.clips && rules.replaces_clipped) {
      const double white = (rules.white - out->black[i]) * out->factor[i];
      out->clip[i] = static_cast<float>(white * (1.0 - 1e-6));
      out->clip_value[i] = static_cast<float>(white - out->offset);
    }
  }
}

}  // namespace ppatch
