// SPDX-License-Identifier: Apache-2.0
#include "core/registration/motion_search.hpp"

#include <algorithm>
#include <cmath>

namespace ppatch {
namespace {

// Two maps whose angles (radians) and logarithms of scales differ by less are one.
constexpr double apart_angle = 0.05, apart_scale = 0.05;
// Of either; tiles see a little more.
constexpr double seen_angle = 0.0105, seen_scale = 0.0065;
// Another map whose peak is that part of the best one's and no noise is as good.
constexpr double ambiguous_height = 0.6;

}  // namespace

bool are_apart(const ImageMap& a, const ImageMap& b) {
  const double full = 6.28318530717958647692;
  const double turn = std::abs(std::remainder(a.radians() - b.radians(), full));
  return turn > apart_angle || std::abs(std::log(a.scale() / b.scale())) > apart_scale;
}

bool is_seen_by_tiles(const ImageMap& map) {
  return std::abs(map.radians()) < seen_angle && std::abs(std::log(map.scale())) < seen_scale;
}

double map_ambiguity(std::int64_t count, const MapTrial* trials) {
  double ambiguity = 0.0;
  for (std::int64_t i = 1; i < count; ++i) {
    const MapTrial& other = trials[i];
    if (!other.peak.found || !are_apart(trials[0].map, other.map)) continue;
    const double best = trials[0].height;
    const double second = std::max(0.0, other.height);
    ambiguity = std::max(ambiguity, std::exp(std::min(0.0, 0.5 * (second * second - best * best))));
    if (second > ambiguous_height * best && second > significant_peak) ambiguity = 1.0;
  }
  return ambiguity;
}

void put_before(const ImageMap& map, MotionTiles& tiles) {
  const double* a = map.linear;
  for (MotionTile& tile : tiles.tiles) {
    // Content of x was found at x - d of the plane, which is map(x - d) of the image.
    const double moved[2] = {tile.place[0] - tile.shift[0], tile.place[1] - tile.shift[1]};
    double there[2];
    map.at(moved, there);
    for (int axis = 0; axis < 2; ++axis) tile.shift[axis] = tile.place[axis] - there[axis];
    const double* c = tile.covariance;
    const double left[4] = {a[0] * c[0] + a[1] * c[1], a[0] * c[1] + a[1] * c[2],
                            a[2] * c[0] + a[3] * c[1], a[2] * c[1] + a[3] * c[2]};
    tile.covariance[0] = left[0] * a[0] + left[1] * a[1];
    tile.covariance[1] = left[0] * a[2] + left[1] * a[3];
    tile.covariance[2] = left[2] * a[2] + left[3] * a[3];
  }
}

void settle_search(const SceneSettings& settings, double ambiguity, ppatch_shift& result,
                   SceneMotion& motion) {
  result.false_alarm = std::min(1.0, searched_maps * result.false_alarm);
  result.ambiguity = std::max(result.ambiguity, ambiguity);
  const ppatch_shift_status tiles = motion.motion.status;
  if (result.status == PPATCH_SHIFT_STATUS_OK || result.status == PPATCH_SHIFT_STATUS_AMBIGUOUS) {
    if (result.false_alarm > settings.false_alarm_limit) {
      result.status = PPATCH_SHIFT_STATUS_UNRELATED;
    } else if (tiles != PPATCH_SHIFT_STATUS_OK) {
      result.status = tiles;
    } else if (result.ambiguity > settings.ambiguity_limit) {
      result.status = PPATCH_SHIFT_STATUS_AMBIGUOUS;
    }
  }
  if (tiles != PPATCH_SHIFT_STATUS_OK) result.shift[0] = result.shift[1] = NAN;
  if (result.status != PPATCH_SHIFT_STATUS_OK) begin_motion(settings, result, motion);
}

}  // namespace ppatch
