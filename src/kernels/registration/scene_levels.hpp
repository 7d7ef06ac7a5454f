// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_KERNELS_REGISTRATION_SCENE_LEVELS_HPP_
#define PTYCHOPATCH_KERNELS_REGISTRATION_SCENE_LEVELS_HPP_

#include <cmath>
#include <cstdint>
#include <limits>

#include "math/hd.hpp"

// What conditioning finds out about an image of a scene, from sums over its pixels.
namespace ppatch {

constexpr int max_places = 36;  // in a mosaic's period
constexpr float no_bound = std::numeric_limits<float>::infinity();

// Those of ppatch_shift_status that are told from one image.
enum SceneStatus : std::int32_t {
  scene_ok = 0,
  scene_flat = 1,
  scene_saturated = 2,
  scene_not_finite = 3
};

// Sums over unclipped pixels that are not masked, less `origin`, by place in the period.
struct PlaceSums {
  double count[max_places], sum[max_places], square[max_places];
  double least[max_places], largest[max_places];
  double pixels;  // looked at
  double finite;  // 1 or 0
};

// What levels follow from beside the sums.
struct LevelRules {
  int period = 1;
  double black[max_places] = {};
  double white = 0.0;
  bool clips = false;
  bool levels_clipped = false;  // clipped pixels become the level where they clip
  bool masked = false, integers = false;
};

struct SceneLevels {
  std::int32_t status = scene_flat;
  bool repairs = false;           // hot and dead pixels
  double black[max_places] = {};  // by place in the period
  double scale[max_places] = {};
  double offset = 0.0;          // conditioned = (pixel - black) scale - offset
  float clip[max_places] = {};  // scaled pixels from there on become, conditioned, that level
  float clip_level[max_places] = {};
};

// Integers are finite wherever one looks: of large images some rows tell enough, those of every
// n-th period, unless what they tell is suspicious.
PPATCH_HD std::int64_t level_row_step(std::int64_t pixels, bool integers, bool masked) {
  constexpr std::int64_t enough = 2'000'000;
  const std::int64_t every = integers && !masked ? pixels / enough : 1;
  return every < 1 ? 1 : every;
}

// A place that does not vary, or whose pixels are mostly clipped.
PPATCH_HD bool is_suspicious(const PlaceSums& sums, int period) {
  const int places = period * period;
  for (int i = 0; i < places; ++i) {
    if (!(sums.least[i] < sums.largest[i])) return true;
    if (sums.count[i] < 0.25 * sums.pixels / places) return true;
  }
  return false;
}

PPATCH_HD std::int32_t level_status(const PlaceSums& all, double count, const LevelRules& rules) {
  if (all.finite == 0.0) return scene_not_finite;
  std::int32_t status = scene_ok;
  if ((count == 0.0 || count < 0.1 * all.pixels) && !(rules.masked && count > 0.0)) {
    status = rules.clips ? scene_saturated : scene_flat;
  }
  bool varies = false;  // within a place
  for (int i = 0; i < rules.period * rules.period; ++i) {
    varies = varies || all.least[i] < all.largest[i];
  }
  return status == scene_ok && !varies ? scene_flat : status;
}

// repairs is left to the caller. Where the status is not OK, the rest holds anything.
PPATCH_HD void find_levels(const PlaceSums& all, double origin, const LevelRules& rules,
                           SceneLevels* levels) {
  const int places = rules.period * rules.period;
  double count = 0.0;
  for (int i = 0; i < places; ++i) count += all.count[i];
  levels->status = level_status(all, count, rules);
  if (levels->status != scene_ok) return;
  double structure = 0.0;  // of places about their own means
  double total = 0.0;
  double square = 0.0;
  for (int i = 0; i < places; ++i) {
    levels->black[i] = rules.black[i];
    total += all.sum[i];
    square += all.square[i];
    if (all.count[i] == 0.0) continue;
    structure += all.square[i] - all.sum[i] * (all.sum[i] / all.count[i]);
  }
  // Of floating-point numbers, not more than their rounding.
  if (!rules.integers && !(structure > 1e-13 * square)) {
    levels->status = scene_flat;
    return;
  }
  if (rules.period == 1) {
    const double mean = total / count;
    const double variance = square / count - mean * mean;
    levels->scale[0] = 1.0 / std::sqrt(variance < 1e-300 ? 1e-300 : variance);
    levels->offset = (mean + origin - levels->black[0]) * levels->scale[0];
  } else {
    levels->offset = 1.0;
    for (int i = 0; i < places; ++i) {
      const double mean = all.sum[i] / all.count[i] + origin - levels->black[i];
      // A place without light or without unclipped pixels has nothing to say.
      levels->scale[i] = all.count[i] > 0.0 && mean > 0.0 ? 1.0 / mean : 0.0;
    }
  }
  for (int i = 0; i < places; ++i) {
    levels->clip[i] = no_bound;
    levels->clip_level[i] = 0.0F;
    if (levels->scale[i] == 0.0) {
      levels->clip[i] = -no_bound;  // all of them; their level is zero
    } else if (rules.clips && rules.levels_clipped) {
      const double level = (rules.white - levels->black[i]) * levels->scale[i];
      levels->clip[i] = static_cast<float>(level * (1.0 - 1e-6));
      levels->clip_level[i] = static_cast<float>(level - levels->offset);
    }
  }
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_KERNELS_REGISTRATION_SCENE_LEVELS_HPP_
