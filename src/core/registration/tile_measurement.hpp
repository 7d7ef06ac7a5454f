// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "core/registration/image_map.hpp"
#include "core/registration/motion.hpp"
#include "core/registration/motion_fit.hpp"

namespace ppatch {

// Shifts of tiles as displacements of samples, D = -d.
struct Displacements {
  std::optional<MotionFit> fit;
  double constant[2] = {0.0, 0.0};

  void at(const double place[2], double out[2]) const;
  // How far the linear map moves what lies n samples from a place along both axes, by axis.
  void reach(double n, double out[2]) const;
};

// The tiles of a pair, in two rounds: peaks about the pair's shift, then shifts from where a first
// model has the tiles. Of a moving image that a map has brought onto the reference, tiles lie where
// that has content.
class TileMeasurement {
 public:
  TileMeasurement(TileEngine& engine, const SceneGeometry& geometry, const SceneSettings& settings,
                  const ppatch_shift& result, const ImageMap* map);

  bool any() const { return !numbers_.empty(); }
  // With larger tiles where these are too noisy.
  void measure();

  std::int64_t count() const { return static_cast<std::int64_t>(numbers_.size()); }
  std::int64_t tile_size() const { return grid_.side * geometry_.step; }  // px
  const TileShift& shift(std::size_t i) const { return shifts_[i]; }
  ppatch_shift_status status_of(std::size_t i) const;
  double middle(int axis) const { return middle_[axis] * geometry_.step; }
  // In px, of registration's sign; tile i is tiles[place_in_grid(i)], those that were not laid are
  // not measured.
  MotionTiles tiles() const;
  std::size_t place_in_grid(std::size_t i) const { return static_cast<std::size_t>(numbers_[i]); }

 private:
  MotionGrid grid_of(std::int64_t side) const;
  // Takes the grid and the tiles of it that the map has content for.
  void set_grid(const MotionGrid& grid);
  std::vector<std::int64_t> laid_of(const MotionGrid& grid) const;
  void set_area();
  void measure_once();
  MotionTile tile_at(std::size_t i) const;
  MotionTiles empty_tiles() const;
  // Of errors of tiles that tell anything, along the axes that are known best, samples.
  double median_error() const;
  // Of a tile's middle, from the reference's, samples.
  double place_of(std::int64_t first, int axis) const;
  // Along the axis that is known best.
  double best_variance(std::size_t i) const;
  bool is_sure(std::size_t i) const;
  // Lays a tile whose content is displaced that way in its middle; false where that leaves a plane.
  bool lay(std::size_t i, const Displacements& linear, const double displacement[2],
           TileTask& task) const;
  // The affine model of the tiles whose peaks are sure, in samples.
  Displacements fit_peaks(const Displacements& constant) const;
  // The fit's, or the tile's own where that is sure and another one.
  void displacement_of(std::size_t i, const Displacements& fitted, double out[2]) const;

  TileEngine& engine_;
  const SceneGeometry& geometry_;
  const SceneSettings& settings_;
  std::optional<ImageMap> map_;  // in samples
  SceneGeometry tile_;
  std::int64_t size_[2];
  double middle_[2], start_[2];
  std::int64_t first_[2] = {0, 0}, length_[2] = {0, 0};  // of where the map has content
  MotionGrid grid_;
  std::vector<std::int64_t> numbers_;  // of the tiles that are laid, in the grid
  std::vector<TileTask> tasks_;
  std::vector<CoarsePeak> peaks_;
  std::vector<TileShift> shifts_;
  bool too_noisy_ = false;  // all of them
};

}  // namespace ppatch
