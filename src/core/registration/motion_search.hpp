// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/image_map.hpp"
#include "core/registration/motion.hpp"
#include "core/registration/motion_fit.hpp"

namespace ppatch {

// What is searched: half a turn by so many angles, which stand for the other half as well, and
// logarithms of scales from -log 2 to log 2.
constexpr std::int64_t searched_angles = 512;
constexpr double angle_step = 3.14159265358979323846 / searched_angles;
constexpr double log_scale_step = 0.69314718055994530942 / 128.0;
constexpr double max_log_scale = 0.71;  // a little beyond
// All of it counts in false_alarm, though few of these maps are tried by phase.
constexpr double searched_maps = 2.0 * searched_angles * (2.0 * 128.0 + 1.0);

// A map by which a pair was tried, on the coarsest scale.
struct MapTrial {
  ImageMap map;         // samples of that scale
  CoarsePeak peak;      // left beside the map
  double height = 0.0;  // of the peak, over the noise
};

// Two maps that the fine stage would tell apart.
bool are_apart(const ImageMap& a, const ImageMap& b);
// Whether tiles see that much without a search.
bool is_seen_by_tiles(const ImageMap& map);

// The ambiguity of the best of some trials, which is the first.
double map_ambiguity(std::int64_t count, const MapTrial* trials);

// Tiles that were measured on a plane that a map has brought onto the reference's, in px, become
// those of the moving image itself.
void put_before(const ImageMap& map, MotionTiles& tiles);

// The statuses of an image after its search and its tiles; ambiguity: that of maps.
void settle_search(const SceneSettings& settings, double ambiguity, ppatch_shift& result,
                   SceneMotion& motion);

}  // namespace ppatch
