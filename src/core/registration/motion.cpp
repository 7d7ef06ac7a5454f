// SPDX-License-Identifier: Apache-2.0
#include "core/registration/motion.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/registration/motion_fit.hpp"

namespace ppatch {
namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
// Of chi^2 per degree of freedom.
constexpr double max_contradiction = 3.0;
// A linear map that moves a tile's border by less, samples, is left out.
constexpr double min_warp = 0.02;
// What a peak of a tile is off, samples: from its neighbours, and under a linear map.
constexpr double peak_error = 0.1;
// Tiles that know their shift no better, samples, are at peaks of noise now and then; where that is
// half of them, larger ones tell more.
constexpr double max_error = 0.3;
constexpr double max_median_error = 0.15;
// A peak nearer to the fit's is the fit's own tile.
constexpr double own_distance = 1.5;

// Shifts of tiles as displacements of samples, D = -d.
struct Displacements {
  std::optional<MotionFit> fit;
  double constant[2] = {0.0, 0.0};

  void at(const double place[2], double out[2]) const {
    if (fit) return fit->shift_at(place, out);
    std::copy(constant, constant + 2, out);
  }
  // How far the linear map moves what lies n samples from a place along both axes, by axis.
  void reach(double n, double out[2]) const {
    for (int axis = 0; axis < 2; ++axis) {
      const double* row = fit ? fit->parameters + 2 + 2 * axis : nullptr;
      out[axis] = row ? n * (std::abs(row[0]) + std::abs(row[1])) : 0.0;
    }
  }
};

double rounded(double value) { return std::floor(value + 0.5); }

// The tiles of a pair, in two rounds: peaks about the pair's shift, then shifts from where a first
// model has the tiles.
class TileMeasurement {
 public:
  TileMeasurement(TileEngine& engine, const SceneGeometry& geometry, const SceneSettings& settings,
                  const ppatch_shift& result)
      : engine_(engine), geometry_(geometry), settings_(settings) {
    for (int axis = 0; axis < 2; ++axis) {
      size_[axis] = geometry.size[0][axis];
      middle_[axis] = middle_of(axis, result) / geometry.step;
      const double d = result.shift[axis];
      start_[axis] = std::isfinite(d) ? rounded(-d / geometry.step) : 0.0;
    }
    grid_ = grid_of(MotionGrid::side_of(size_));
  }

  const MotionGrid& grid() const { return grid_; }

  // With larger tiles where these are too noisy.
  void measure() {
    for (;;) {
      measure_once();
      too_noisy_ = !(median_error() <= max_median_error);
      if (!too_noisy_) return;
      const MotionGrid larger = grid_of(MotionGrid::side_beyond(grid_.side));
      if (!larger.any()) return;
      grid_ = larger;
    }
  }

  // Of the errors of tiles that tell anything, along the axes that are known best, samples.
  double median_error() const {
    std::vector<double> variances;
    for (std::size_t i = 0; i < shifts_.size(); ++i) {
      const bool found = shifts_[i].shift.status == PPATCH_SHIFT_STATUS_OK && peaks_[i].found &&
                         shifts_[i].quality.blind_count < 2;
      if (found) variances.push_back(best_variance(i));
    }
    if (variances.empty()) return INFINITY;
    return std::sqrt(median(variances));
  }

  // In px, of registration's sign.
  MotionTile tile_at(std::size_t i) const {
    const TileTask& task = tasks_[i];
    const TileShift& found = shifts_[i];
    MotionTile tile;
    const double step = geometry_.step;
    double left[2];
    for (int axis = 0; axis < 2; ++axis) {
      tile.place[axis] = step * place_of(task.first[axis], axis);
      left[axis] = found.shift.displacement[axis] + found.quality.correction[axis];
    }
    for (int axis = 0; axis < 2; ++axis) {
      // What is left was measured in the warped tile.
      const double there = task.warps
                               ? task.warp.down[axis] * left[0] + task.warp.across[axis] * left[1]
                               : left[axis];
      tile.shift[axis] = -step * (task.displacement[axis] + there);
    }
    tile.measured = status_of(i) == PPATCH_SHIFT_STATUS_OK;
    found.quality.covariance_in(step, step * static_cast<double>(grid_.side), tile.covariance);
    return tile;
  }

  ppatch_shift_status status_of(std::size_t i) const {
    const TileShift& found = shifts_[i];
    if (!peaks_[i].found || found.quality.blind_count == 2) return PPATCH_SHIFT_STATUS_UNRELATED;
    // Noise agrees along one direction now and then, but has no peak.
    const bool has_peak = false_alarm_of(peaks_[i].evidence) <= settings_.false_alarm_limit;
    if (found.quality.blind_count == 1 && !has_peak) return PPATCH_SHIFT_STATUS_UNRELATED;
    if (found.shift.status == PPATCH_SHIFT_STATUS_OK &&
        (too_noisy_ || best_variance(i) > max_error * max_error)) {
      return PPATCH_SHIFT_STATUS_UNRELATED;
    }
    return found.shift.status;
  }
  const TileShift& shift(std::size_t i) const { return shifts_[i]; }
  double middle(int axis) const { return middle_[axis] * geometry_.step; }

 private:
  MotionGrid grid_of(std::int64_t side) const {
    const std::int64_t start[2] = {static_cast<std::int64_t>(start_[0]),
                                   static_cast<std::int64_t>(start_[1])};
    return {size_, start, side};
  }

  void measure_once() {
    tile_ = tile_geometry(settings_, grid_.side);
    const auto count = static_cast<std::size_t>(grid_.count());
    tasks_.assign(count, TileTask());
    peaks_.assign(count, CoarsePeak());
    shifts_.assign(count, TileShift());
    Displacements constant;
    std::copy(start_, start_ + 2, constant.constant);
    for (std::size_t i = 0; i < count; ++i) lay(i, constant, start_, tasks_[i]);
    engine_.find_peaks(tile_, grid_.count(), tasks_.data(), peaks_.data());
    const Displacements fitted = fit_peaks(constant);
    for (std::size_t i = 0; i < count; ++i) {
      double own[2];
      displacement_of(i, fitted, own);
      TileTask task;
      if (lay(i, fitted, own, task)) tasks_[i] = task;
    }
    engine_.find_shifts(tile_, grid_.count(), tasks_.data(), shifts_.data());
  }

  static double middle_of(int axis, const ppatch_shift& result) {
    return 0.5 * static_cast<double>((axis == 0 ? result.common_height : result.common_width) - 1);
  }

  // Of a tile's middle, from the reference's, samples.
  double place_of(std::int64_t first, int axis) const {
    return static_cast<double>(first) + 0.5 * static_cast<double>(grid_.side - 1) - middle_[axis];
  }

  // Along the axis that is known best.
  double best_variance(std::size_t i) const {
    const double* c = shifts_[i].quality.covariance;
    const double half = 0.5 * (c[0] - c[2]);
    return 0.5 * (c[0] + c[2]) - std::sqrt(half * half + c[1] * c[1]);
  }

  bool is_sure(std::size_t i) const {
    return peaks_[i].found && false_alarm_of(peaks_[i].evidence) <= settings_.false_alarm_limit &&
           ambiguity_of(peaks_[i].evidence) <= settings_.ambiguity_limit;
  }

  // Lays a tile whose content is displaced that way in its middle; false where that leaves a plane.
  bool lay(std::size_t i, const Displacements& linear, const double displacement[2],
           TileTask& task) const {
    const auto side = static_cast<double>(grid_.side);
    const std::int64_t number[2] = {static_cast<std::int64_t>(i) / grid_.tiles[1],
                                    static_cast<std::int64_t>(i) % grid_.tiles[1]};
    double reach[2];
    linear.reach(0.5 * side, reach);
    task.warps = std::max(reach[0], reach[1]) > min_warp;
    for (int axis = 0; axis < 2; ++axis) {
      double d = displacement[axis];
      if (!task.warps) d = rounded(d);
      const double margin = task.warps ? reach[axis] + warp_reach + 1.0 : 0.0;
      const double n = static_cast<double>(size_[axis]) - side;
      const double least = std::max(0.0, std::ceil(margin - d));
      const double most = std::min(n, std::floor(n - margin - d));
      if (least > most) return false;
      const auto first = static_cast<double>(grid_.start(axis, number[axis]));
      task.first[axis] = static_cast<std::int64_t>(std::clamp(first, least, most));
      task.displacement[axis] = d;
      task.moving[axis] = task.first[axis] + static_cast<std::int64_t>(rounded(d));
    }
    if (!task.warps) return true;
    const double* a = linear.fit->parameters + 2;
    const double half = 0.5 * (side - 1.0);
    for (int axis = 0; axis < 2; ++axis) {
      task.warp.down[axis] = (axis == 0 ? 1.0 : 0.0) + a[2 * axis];
      task.warp.across[axis] = (axis == 1 ? 1.0 : 0.0) + a[2 * axis + 1];
      task.warp.origin[axis] = static_cast<double>(task.first[axis]) + half +
                               task.displacement[axis] -
                               half * (task.warp.down[axis] + task.warp.across[axis]);
    }
    return true;
  }

  // The affine model of the tiles whose peaks are sure, in samples.
  Displacements fit_peaks(const Displacements& constant) const {
    MotionTiles tiles;
    tiles.columns = grid_.tiles[1];
    tiles.side = static_cast<double>(grid_.side);
    std::int64_t sure = 0;
    for (std::size_t i = 0; i < peaks_.size(); ++i) {
      MotionTile& tile = tiles.tiles.emplace_back();
      for (int axis = 0; axis < 2; ++axis) {
        tile.place[axis] = place_of(tasks_[i].first[axis], axis);
        tile.shift[axis] = tasks_[i].displacement[axis] + peaks_[i].displacement[axis];
      }
      tile.covariance[0] = tile.covariance[2] = peak_error * peak_error;
      tile.measured = is_sure(i);
      sure += tile.measured ? 1 : 0;
    }
    Displacements out = constant;
    constexpr std::int64_t enough = 6;
    if (sure < enough || !find_moving(tiles)) return out;
    const MotionFit fit = fit_motion(motion_parameters, tiles);
    if (fit.found && is_credible(fit)) out.fit = fit;
    return out;
  }

  // What is looked for, with room to spare.
  static bool is_credible(const MotionFit& fit) {
    return std::all_of(fit.parameters + 2, fit.parameters + motion_parameters,
                       [](double a) { return std::abs(a) < 0.1; });
  }

  // The fit's, or the tile's own where that is sure and another one.
  void displacement_of(std::size_t i, const Displacements& fitted, double out[2]) const {
    const double place[2] = {place_of(tasks_[i].first[0], 0), place_of(tasks_[i].first[1], 1)};
    fitted.at(place, out);
    double distance = 0.0;
    double own[2];
    for (int axis = 0; axis < 2; ++axis) {
      own[axis] = tasks_[i].displacement[axis] + peaks_[i].displacement[axis];
      distance = std::max(distance, std::abs(own[axis] - out[axis]));
    }
    if (is_sure(i) && distance > own_distance) std::copy(own, own + 2, out);
  }

  TileEngine& engine_;
  const SceneGeometry& geometry_;
  const SceneSettings& settings_;
  SceneGeometry tile_;
  std::int64_t size_[2];
  double middle_[2], start_[2];
  MotionGrid grid_;
  std::vector<TileTask> tasks_;
  std::vector<CoarsePeak> peaks_;
  std::vector<TileShift> shifts_;
  bool too_noisy_ = false;  // all of them
};

void write_model(const MotionFit& fit, bool displacement, ppatch_scene_motion& out) {
  const double sign = displacement ? -1.0 : 1.0;
  for (int p = 0; p < motion_parameters; ++p) {
    if (p < 2) {
      out.shift[p] = sign * fit.parameters[p];
    } else {
      out.matrix[p - 2] = (p == 2 || p == 5 ? 1.0 : 0.0) + sign * fit.parameters[p];
    }
    // What the model leaves unexplained is in the parameters, too.
    constexpr double min_scale = 0.5;
    const double scale = std::max(min_scale, fit.chi_square);
    for (int q = 0; q < motion_parameters; ++q) {
      out.covariance[motion_parameters * p + q] = scale * fit.covariance[p][q];
    }
  }
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
  out.contradiction = nothing;
}

void find_motion(TileEngine& engine, const SceneGeometry& geometry, const SceneSettings& settings,
                 ppatch_shift& result, SceneMotion& motion) {
  begin_motion(settings, result, motion);
  ppatch_scene_motion& out = motion.motion;
  if (!may_have_motion(result.status)) return;
  TileMeasurement measured(engine, geometry, settings, result);
  const MotionGrid& grid = measured.grid();
  out.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
  if (!grid.any()) return;
  measured.measure();
  MotionTiles tiles;
  tiles.columns = grid.tiles[1];
  tiles.side = static_cast<double>(grid.side * geometry.step);
  for (std::int64_t i = 0; i < grid.count(); ++i) {
    tiles.tiles.push_back(measured.tile_at(static_cast<std::size_t>(i)));
  }
  const bool enough = find_moving(tiles);
  out.tile_count = grid.count();
  out.tile_size = grid.side * geometry.step;
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
  for (std::size_t i = 0; i < tiles.tiles.size(); ++i) {
    motion.tiles.push_back(
        written_tile(measured, i, tiles.tiles[i], chosen, settings.displacement));
  }
  if (result.status == PPATCH_SHIFT_STATUS_OK || result.status == PPATCH_SHIFT_STATUS_AMBIGUOUS) {
    tell_contradiction(tiles, result, out);
  }
}

}  // namespace ppatch
