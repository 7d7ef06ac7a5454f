// SPDX-License-Identifier: Apache-2.0
#include "core/registration/scene_settings.hpp"

#include <cmath>

#include "core/options.hpp"
#include "core/registration/cfa_pattern.hpp"

namespace ppatch {
namespace {

static_assert(static_cast<int>(ShiftMethod::phase) == PPATCH_METHOD_PHASE);
static_assert(static_cast<int>(ShiftMethod::cross) == PPATCH_METHOD_CROSS);
static_assert(static_cast<int>(ShiftMethod::per_plane) == PPATCH_METHOD_PER_PLANE);

// Padded, and times a row of complex numbers, sizes stay far from 64 bits.
constexpr std::int64_t max_side = std::int64_t{1} << 20;

bool is_on(const char* field, ppatch_switch value, bool automatic) {
  check_option(field, value, PPATCH_SWITCH_AUTO, PPATCH_SWITCH_OFF);
  return value == PPATCH_SWITCH_AUTO ? automatic : value == PPATCH_SWITCH_ON;
}

// A share or a probability; 0 leaves what is there.
void read_share(const char* field, double given, double& value) {
  if (!(given >= 0.0 && given <= 1.0)) {
    invalid("options.", field, ": expected 0 to 1, got ", given);
  }
  if (given > 0.0) value = given;
}

}  // namespace

void check_levels(const char* name, const PixelLevels& levels) {
  for (int c = 0; c < 4; ++c) {
    if (!std::isfinite(levels.black[c])) {
      invalid(name, ".black[", c, "]: expected a finite number, got ", levels.black[c]);
    }
  }
  if (!std::isfinite(levels.white)) {
    invalid(name, ".white: expected a finite number, got ", levels.white);
  }
}

PixelLevels read_plan_levels(const ppatch_scene_options* given) {
  const ppatch_scene_options options = read_options("options", given);
  PixelLevels levels;
  for (int c = 0; c < 4; ++c) levels.black[c] = options.black[c];
  levels.white = options.white;
  check_levels("options", levels);
  return levels;
}

SceneSettings read_scene_settings(const ppatch_scene_options* given) {
  const ppatch_scene_options options = read_options("options", given);
  SceneSettings settings;
  check_option("method", options.method, PPATCH_METHOD_ML, PPATCH_METHOD_PER_PLANE);
  settings.method = static_cast<ShiftMethod>(options.method);
  check_option("height", options.height, 1, max_side);
  check_option("width", options.width, 1, max_side);
  settings.height = options.height;
  settings.width = options.width;
  settings.cfa = read_cfa("options.cfa", options.cfa);
  check_option("max_shift[0]", options.max_shift[0], 0, max_side);
  check_option("max_shift[1]", options.max_shift[1], 0, max_side);
  for (int axis = 0; axis < 2; ++axis) {
    settings.max_shift[axis] = static_cast<double>(options.max_shift[axis]);
  }
  check_option("sign", options.sign, PPATCH_SHIFT_SIGN_REGISTER, PPATCH_SHIFT_SIGN_DISPLACEMENT);
  settings.displacement = options.sign == PPATCH_SHIFT_SIGN_DISPLACEMENT;
  check_option("extent", options.extent, PPATCH_EXTENT_LINEAR, PPATCH_EXTENT_CIRCULAR);
  settings.circular = options.extent == PPATCH_EXTENT_CIRCULAR;
  const bool ml = settings.method == ShiftMethod::ml;
  const bool conditions = ml || settings.method == ShiftMethod::per_plane;
  settings.repair_integers = is_on("hot_pixels", options.hot_pixels, conditions);
  settings.repair_floats = is_on("hot_pixels", options.hot_pixels, false);
  settings.fixed_pattern = is_on("fixed_pattern", options.fixed_pattern, ml);
  check_option("plane_average", options.plane_average, PPATCH_PLANE_AVERAGE_MEDIAN,
               PPATCH_PLANE_AVERAGE_MEAN);
  settings.plane_mean = options.plane_average == PPATCH_PLANE_AVERAGE_MEAN;
  check_option("upsample", options.upsample, 0, 1000);
  settings.upsample = options.upsample == 0 ? 1 : options.upsample;
  read_share("overlap_ratio", options.overlap_ratio, settings.overlap_ratio);
  read_share("false_alarm_limit", options.false_alarm_limit, settings.false_alarm_limit);
  read_share("ambiguity_limit", options.ambiguity_limit, settings.ambiguity_limit);
  check_option("motion", options.motion, PPATCH_MOTION_MODEL_NONE, PPATCH_MOTION_MODEL_FIELD);
  settings.motion = options.motion;
  check_option("motion_search", options.motion_search, PPATCH_MOTION_SEARCH_NONE,
               PPATCH_MOTION_SEARCH_ROTATION);
  settings.searches_maps = options.motion_search == PPATCH_MOTION_SEARCH_ROTATION;
  if (settings.motion != PPATCH_MOTION_MODEL_NONE && (!ml || settings.circular)) {
    invalid("options.motion: expected NONE but for the method ML on a LINEAR extent, got ",
            settings.motion);
  }
  if (settings.searches_maps && settings.motion < PPATCH_MOTION_MODEL_SIMILARITY) {
    invalid(
        "options.motion: expected SIMILARITY, AFFINE or FIELD with the motion_search ROTATION, "
        "got ",
        settings.motion);
  }
  return settings;
}

}  // namespace ppatch
