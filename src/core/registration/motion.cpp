// SPDX-License-Identifier: Apache-2.0
#include "core/registration/motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/registration/motion_fit.hpp"
#include "core/registration/motion_search.hpp"
#include "core/registration/tile_measurement.hpp"
#include "math/elementary.hpp"

namespace ppatch {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
// Of chi^2 per degree of freedom.
constexpr double max_contradiction = 3.0;
// What the model leaves unexplained is in the parameters, too.
constexpr double min_scale = 0.5;

double scale_of(const MotionFit& fit) { return std::max(min_scale, fit.chi_square); }

// Where the model has the content, in px.
ImageMap map_of(const MotionFit& fit) {
  ImageMap map;
  for (int axis = 0; axis < 2; ++axis) map.offset[axis] = -fit.parameters[axis];
  for (int i = 0; i < 4; ++i) map.linear[i] -= fit.parameters[2 + i];
  return map;
}

void write_model(const MotionFit& fit, bool displacement, ppatch_scene_motion& out) {
  const double sign = displacement ? -1.0 : 1.0;
  for (int p = 0; p < motion_parameters; ++p) {
    if (p < 2) {
      out.shift[p] = sign * fit.parameters[p];
    } else {
      out.matrix[p - 2] = (p == 2 || p == 5 ? 1.0 : 0.0) + sign * fit.parameters[p];
    }
    for (int q = 0; q < motion_parameters; ++q) {
      out.covariance[motion_parameters * p + q] = scale_of(fit) * fit.covariance[p][q];
    }
  }
  const ImageMap map = map_of(fit);
  out.rotation = map.radians() * 180.0 / pi;
  out.scale = map.scale();
}

ppatch_tile_shift written_tile(const TileMeasurement& measured, std::size_t i,
                               const MotionTile& tile, const MotionFit& fit, bool displacement) {
  ppatch_tile_shift out{};
  out.status = measured.status_of(i);
  out.coherence = measured.shift(i).shift.coherence;
  const double sign = displacement ? -1.0 : 1.0;
  double model[2];
  fit.shift_at(tile.place, model);
  for (int axis = 0; axis < 2; ++axis) {
    out.centre[axis] = measured.middle(axis) + tile.place[axis];
    out.shift[axis] = tile.measured ? sign * tile.shift[axis] : nothing;
    out.residual[axis] =
        tile.measured && fit.found ? sign * (tile.shift[axis] - model[axis]) : nothing;
  }
  for (int c = 0; c < 3; ++c) out.covariance[c] = tile.measured ? tile.covariance[c] : nothing;
  if (tile.measured && measured.shift(i).quality.blind_count > 0) {
    out.flags |= PPATCH_SHIFT_FLAG_BLIND;
  }
  if (tile.moves) out.flags |= PPATCH_SHIFT_FLAG_MOVING;
  return out;
}

// A shift that its tiles contradict is off by as much as they are.
void tell_contradiction(const MotionTiles& tiles, ppatch_shift& result, ppatch_scene_motion& out) {
  const bool any = out.tiles_used + out.tiles_rejected > 0;
  if (!any || !std::isfinite(result.shift[0]) || !std::isfinite(result.shift[1])) return;
  double scatter[3];
  out.contradiction = contradiction(tiles, result.shift, scatter);
  if (!(out.contradiction > max_contradiction)) return;
  result.flags |= PPATCH_SHIFT_FLAG_MOVING;
  for (int c = 0; c < 3; ++c) result.covariance[c] += scatter[c];
}

// After a search the one shift is the model's, at the centre; what contradicts it is what the model
// does not explain.
void adopt_model(const MotionFit& fit, const MotionTiles& tiles, ppatch_shift& result,
                 ppatch_scene_motion& out) {
  std::copy(fit.parameters, fit.parameters + 2, result.shift);
  result.covariance[0] = scale_of(fit) * fit.covariance[0][0];
  result.covariance[1] = scale_of(fit) * fit.covariance[0][1];
  result.covariance[2] = scale_of(fit) * fit.covariance[1][1];
  MotionTiles left = tiles;
  for (MotionTile& tile : left.tiles) {
    double model[2];
    fit.shift_at(tile.place, model);
    for (int axis = 0; axis < 2; ++axis) tile.shift[axis] += result.shift[axis] - model[axis];
  }
  tell_contradiction(left, result, out);
}

int terms_of(ppatch_motion_model model) {
  return model == PPATCH_MOTION_MODEL_TRANSLATION  ? motion_terms[0]
         : model == PPATCH_MOTION_MODEL_SIMILARITY ? motion_terms[1]
                                                   : motion_terms[2];
}

bool may_have_motion(ppatch_shift_status status) {
  return status == PPATCH_SHIFT_STATUS_OK || status == PPATCH_SHIFT_STATUS_UNRELATED ||
         status == PPATCH_SHIFT_STATUS_AMBIGUOUS || status == PPATCH_SHIFT_STATUS_NOT_CONVERGED;
}

}  // namespace

void begin_motion(const SceneSettings& settings, const ppatch_shift& result, SceneMotion& motion) {
  motion.tiles.clear();
  ppatch_scene_motion& out = motion.motion;
  out = ppatch_scene_motion{};
  out.model = settings.motion;
  out.status = result.status;
  out.centre[0] = 0.5 * static_cast<double>(result.common_height - 1);
  out.centre[1] = 0.5 * static_cast<double>(result.common_width - 1);
  std::fill_n(out.shift, 2, nothing);
  std::fill_n(out.matrix, 4, nothing);
  std::fill_n(out.covariance, 36, nothing);
  std::fill_n(out.chi_square, 3, nothing);
  out.rotation = out.scale = nothing;
  out.contradiction = nothing;
}

void find_motion(TileEngine& engine, const SceneGeometry& geometry, const SceneSettings& settings,
                 ppatch_shift& result, SceneMotion& motion, const ImageMap* map, ImageMap* found) {
  begin_motion(settings, result, motion);
  ppatch_scene_motion& out = motion.motion;
  if (!may_have_motion(result.status)) return;
  TileMeasurement measured(engine, geometry, settings, result, map);
  out.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
  if (!measured.any()) return;
  measured.measure();
  MotionTiles tiles = measured.tiles();
  const bool enough = find_moving(tiles);
  if (map) put_before(map->in_units(geometry.step), tiles);
  out.tile_count = measured.count();
  out.tile_size = measured.tile_size();
  for (const MotionTile& tile : tiles.tiles) {
    out.tiles_used += tile.measured && !tile.moves ? 1 : 0;
    out.tiles_rejected += tile.moves ? 1 : 0;
  }
  MotionFit chosen;
  for (int m = 0; enough && m < 3; ++m) {
    const MotionFit fit = fit_motion(motion_terms[m], tiles);
    if (!fit.found) continue;
    out.chi_square[m] = fit.chi_square;
    if (motion_terms[m] == terms_of(settings.motion)) chosen = fit;
  }
  // Noise agrees with itself in no more than a few tiles.
  constexpr std::int64_t min_tiles = 4;
  const bool agree =
      chosen.found && out.tiles_used >= min_tiles && 2 * out.tiles_used > out.tiles_rejected;
  out.status = agree ? PPATCH_SHIFT_STATUS_OK : PPATCH_SHIFT_STATUS_UNRELATED;
  if (agree) write_model(chosen, settings.displacement, out);
  if (agree && found) *found = map_of(chosen).in_units(1.0 / geometry.step);
  for (std::size_t i = 0; i < static_cast<std::size_t>(measured.count()); ++i) {
    const MotionTile& tile = tiles.tiles[measured.place_in_grid(i)];
    motion.tiles.push_back(written_tile(measured, i, tile, chosen, settings.displacement));
  }
  if (settings.searches_maps) {
    if (agree) adopt_model(chosen, tiles, result, out);
  } else if (result.status == PPATCH_SHIFT_STATUS_OK ||
             result.status == PPATCH_SHIFT_STATUS_AMBIGUOUS) {
    tell_contradiction(tiles, result, out);
  }
}

}  // namespace ppatch
