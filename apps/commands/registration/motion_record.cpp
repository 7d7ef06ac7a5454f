// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "commands/registration/record.hpp"
#include "session.hpp"

namespace ptychopatch::alignment {
namespace {

// Rows of so many numbers; null where any is not known.
Record rows(const double* values, int count, int columns) {
  Record all = Record::array();
  for (int i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) return nullptr;
    if (i % columns == 0) all.push_back(Record::array());
    all.back().push_back(values[i]);
  }
  return columns == count ? all[0] : all;
}

// Columns of numbers, a row a tile: a field has many of them.
Record tiles_of(const std::vector<ppatch_tile_shift>& tiles) {
  Record all = Record::array();
  for (const ppatch_tile_shift& tile : tiles) {
    const bool moves = (tile.flags & PPATCH_SHIFT_FLAG_MOVING) != 0;
    const bool ok = tile.status == PPATCH_SHIFT_STATUS_OK;
    all.push_back({{"centre", rows(tile.centre, 2, 2)},
                   {"shift", rows(tile.shift, 2, 2)},
                   {"covariance", rows(tile.covariance, 3, 3)},
                   {"status", ok && moves ? "moving" : ppatch_shift_status_string(tile.status)}});
  }
  return all;
}

}  // namespace

void set_motion(Record& record, const MeasuredMotion& measured) {
  const ppatch_scene_motion& motion = measured.motion;
  record["moving"] = (measured.shift.flags & PPATCH_SHIFT_FLAG_MOVING) != 0;
  Record& out = record["motion"];
  out = {{"model", name_of(motion_model_choices, motion.model)},
         {"status", ppatch_shift_status_string(motion.status)},
         {"centre", rows(motion.centre, 2, 2)},
         {"shift", rows(motion.shift, 2, 2)},
         {"matrix", rows(motion.matrix, 4, 2)},
         {"rotation", number(motion.rotation)},
         {"scale", number(motion.scale)},
         {"covariance", rows(motion.covariance, 36, 6)},
         {"chi_square",
          {{"translation", number(motion.chi_square[0])},
           {"similarity", number(motion.chi_square[1])},
           {"affine", number(motion.chi_square[2])}}},
         {"contradiction", number(motion.contradiction)},
         {"tile_size", motion.tile_size},
         {"tiles", motion.tile_count},
         {"tiles_used", motion.tiles_used},
         {"tiles_rejected", motion.tiles_rejected}};
  const bool field = motion.model == PPATCH_MOTION_MODEL_FIELD;
  out["field"] = field ? tiles_of(measured.tiles) : Record(nullptr);
}

}  // namespace ptychopatch::alignment
