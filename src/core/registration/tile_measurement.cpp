// SPDX-License-Identifier: Apache-2.0
#include "core/registration/tile_measurement.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ppatch {
namespace {

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
// Where a map leaves fewer tiles, smaller ones are laid.
constexpr std::size_t few_tiles = 16;

double rounded(double value) { return std::floor(value + 0.5); }

// What is looked for, with room to spare.
bool is_credible(const MotionFit& fit) {
  return std::all_of(fit.parameters + 2, fit.parameters + motion_parameters,
                     [](double a) { return std::abs(a) < 0.1; });
}

double middle_of(int axis, const ppatch_shift& result) {
  return 0.5 * static_cast<double>((axis == 0 ? result.common_height : result.common_width) - 1);
}

}  // namespace

void Displacements::at(const double place[2], double out[2]) const {
  if (fit) return fit->shift_at(place, out);
  std::copy(constant, constant + 2, out);
}

void Displacements::reach(double n, double out[2]) const {
  for (int axis = 0; axis < 2; ++axis) {
    const double* row = fit ? fit->parameters + 2 + 2 * axis : nullptr;
    out[axis] = row ? n * (std::abs(row[0]) + std::abs(row[1])) : 0.0;
  }
}

TileMeasurement::TileMeasurement(TileEngine& engine, const SceneGeometry& geometry,
                                 const SceneSettings& settings, const ppatch_shift& result,
                                 const ImageMap* map)
    : engine_(engine), geometry_(geometry), settings_(settings) {
  for (int axis = 0; axis < 2; ++axis) {
    size_[axis] = geometry.size[0][axis];
    middle_[axis] = middle_of(axis, result) / geometry.step;
    const double d = result.shift[axis];
    start_[axis] = !map && std::isfinite(d) ? rounded(-d / geometry.step) : 0.0;
  }
  if (!map) {
    set_grid(grid_of(MotionGrid::side_of(size_)));
    return;
  }
  map_ = *map;
  set_area();
  set_grid(grid_of(MotionGrid::side_of(length_)));
  while (numbers_.size() < few_tiles) {
    const MotionGrid smaller = grid_of(MotionGrid::side_below(grid_.side));
    if (!smaller.any()) return;
    if (static_cast<std::int64_t>(laid_of(smaller).size()) > MotionGrid::max_count(size_)) return;
    set_grid(smaller);
  }
}

void TileMeasurement::set_area() {
  double low[2] = {INFINITY, INFINITY};
  double high[2] = {-INFINITY, -INFINITY};
  for (int corner = 0; corner < 4; ++corner) {
    const double there[2] = {
        (corner / 2 == 0 ? 0.0 : static_cast<double>(size_[0] - 1)) - middle_[0],
        (corner % 2 == 0 ? 0.0 : static_cast<double>(size_[1] - 1)) - middle_[1]};
    double here[2];
    map_->back(there, here);
    for (int axis = 0; axis < 2; ++axis) {
      low[axis] = std::min(low[axis], here[axis] + middle_[axis]);
      high[axis] = std::max(high[axis], here[axis] + middle_[axis]);
    }
  }
  for (int axis = 0; axis < 2; ++axis) {
    const auto last = static_cast<double>(size_[axis] - 1);
    const double from = std::ceil(std::clamp(low[axis], 0.0, last));
    const double to = std::floor(std::clamp(high[axis], 0.0, last));
    first_[axis] = static_cast<std::int64_t>(from);
    length_[axis] = std::max<std::int64_t>(0, static_cast<std::int64_t>(to - from) + 1);
  }
}

MotionGrid TileMeasurement::grid_of(std::int64_t side) const {
  if (map_) return MotionGrid::within(first_, length_, side);
  const std::int64_t start[2] = {static_cast<std::int64_t>(start_[0]),
                                 static_cast<std::int64_t>(start_[1])};
  return {size_, start, side};
}

std::vector<std::int64_t> TileMeasurement::laid_of(const MotionGrid& grid) const {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(grid.any() ? grid.count() : 0));
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  if (!map_) return numbers;
  const double margin = warp_reach * std::max(1.0, map_->scale()) + 1.0;
  const auto lacks = [&](std::int64_t number) {
    const std::int64_t start[2] = {grid.start(0, number / grid.tiles[1]),
                                   grid.start(1, number % grid.tiles[1])};
    for (int corner = 0; corner < 4; ++corner) {
      double here[2];
      for (int axis = 0; axis < 2; ++axis) {
        const bool end = (axis == 0 ? corner / 2 : corner % 2) == 1;
        here[axis] = static_cast<double>(start[axis] + (end ? grid.side - 1 : 0)) - middle_[axis];
      }
      double there[2];
      map_->at(here, there);
      for (int axis = 0; axis < 2; ++axis) {
        const double place = there[axis] + middle_[axis];
        if (!(place >= margin && place <= static_cast<double>(size_[axis] - 1) - margin))
          return true;
      }
    }
    return false;
  };
  numbers.erase(std::remove_if(numbers.begin(), numbers.end(), lacks), numbers.end());
  return numbers;
}

void TileMeasurement::set_grid(const MotionGrid& grid) {
  grid_ = grid;
  numbers_ = laid_of(grid);
}

void TileMeasurement::measure() {
  for (;;) {
    measure_once();
    too_noisy_ = !(median_error() <= max_median_error);
    if (!too_noisy_) return;
    const MotionGrid larger = grid_of(MotionGrid::side_beyond(grid_.side));
    if (!larger.any() || (map_ && laid_of(larger).size() < few_tiles / 2)) return;
    set_grid(larger);
  }
}

double TileMeasurement::median_error() const {
  std::vector<double> variances;
  for (std::size_t i = 0; i < shifts_.size(); ++i) {
    const bool found = shifts_[i].shift.status == PPATCH_SHIFT_STATUS_OK && peaks_[i].found &&
                       shifts_[i].quality.blind_count < 2;
    if (found) variances.push_back(best_variance(i));
  }
  if (variances.empty()) return INFINITY;
  return std::sqrt(median(variances));
}

MotionTiles TileMeasurement::empty_tiles() const {
  MotionTiles tiles;
  tiles.columns = grid_.tiles[1];
  tiles.side = static_cast<double>(grid_.side);
  tiles.tiles.resize(static_cast<std::size_t>(grid_.count()));
  return tiles;
}

MotionTiles TileMeasurement::tiles() const {
  MotionTiles tiles = empty_tiles();
  tiles.side = static_cast<double>(tile_size());
  for (std::size_t i = 0; i < numbers_.size(); ++i) tiles.tiles[place_in_grid(i)] = tile_at(i);
  return tiles;
}

MotionTile TileMeasurement::tile_at(std::size_t i) const {
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
    const double there =
        task.warps ? task.warp.down[axis] * left[0] + task.warp.across[axis] * left[1] : left[axis];
    tile.shift[axis] = -step * (task.displacement[axis] + there);
  }
  tile.measured = status_of(i) == PPATCH_SHIFT_STATUS_OK;
  found.quality.covariance_in(step, step * static_cast<double>(grid_.side), tile.covariance);
  return tile;
}

ppatch_shift_status TileMeasurement::status_of(std::size_t i) const {
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

void TileMeasurement::measure_once() {
  tile_ = tile_geometry(settings_, grid_.side);
  const std::size_t laid = numbers_.size();
  tasks_.assign(laid, TileTask());
  peaks_.assign(laid, CoarsePeak());
  shifts_.assign(laid, TileShift());
  Displacements constant;
  std::copy(start_, start_ + 2, constant.constant);
  for (std::size_t i = 0; i < laid; ++i) lay(i, constant, start_, tasks_[i]);
  engine_.find_peaks(tile_, count(), tasks_.data(), peaks_.data());
  const Displacements fitted = fit_peaks(constant);
  for (std::size_t i = 0; i < laid; ++i) {
    double own[2];
    displacement_of(i, fitted, own);
    TileTask task;
    if (lay(i, fitted, own, task)) tasks_[i] = task;
  }
  engine_.find_shifts(tile_, count(), tasks_.data(), shifts_.data());
}

double TileMeasurement::place_of(std::int64_t first, int axis) const {
  return static_cast<double>(first) + 0.5 * static_cast<double>(grid_.side - 1) - middle_[axis];
}

double TileMeasurement::best_variance(std::size_t i) const {
  const double* c = shifts_[i].quality.covariance;
  const double half = 0.5 * (c[0] - c[2]);
  return 0.5 * (c[0] + c[2]) - std::sqrt(half * half + c[1] * c[1]);
}

bool TileMeasurement::is_sure(std::size_t i) const {
  return peaks_[i].found && false_alarm_of(peaks_[i].evidence) <= settings_.false_alarm_limit &&
         ambiguity_of(peaks_[i].evidence) <= settings_.ambiguity_limit;
}

bool TileMeasurement::lay(std::size_t i, const Displacements& linear, const double displacement[2],
                          TileTask& task) const {
  const auto side = static_cast<double>(grid_.side);
  const std::int64_t number[2] = {numbers_[i] / grid_.tiles[1], numbers_[i] % grid_.tiles[1]};
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

Displacements TileMeasurement::fit_peaks(const Displacements& constant) const {
  MotionTiles tiles = empty_tiles();
  std::int64_t sure = 0;
  for (std::size_t i = 0; i < peaks_.size(); ++i) {
    MotionTile& tile = tiles.tiles[place_in_grid(i)];
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

void TileMeasurement::displacement_of(std::size_t i, const Displacements& fitted,
                                      double out[2]) const {
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

}  // namespace ppatch
