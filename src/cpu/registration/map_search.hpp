// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/registration/motion_search.hpp"
#include "cpu/host_engine.hpp"
#include "cpu/registration/polar_spectrum.hpp"
#include "cpu/registration/scene_machine.hpp"

namespace ppatch {

// A pair of planes, the moving one brought onto the reference by a map, both under the window that
// the moving image's frame is there.
struct MappedPair {
  Plane reference, moving;
};

// Looks for the rotation and scale of a pair on its coarsest scale: candidates from the magnitudes
// of their spectra, the best of which are then tried by phase.
class MapSearch {
 public:
  MapSearch(const SceneSettings& settings, const SceneMachine& machine);

  static std::uint64_t bytes(const SceneSettings& settings);
  static constexpr std::int64_t longest_fft = PolarSearch::longest_fft;

  void set_geometry(const SceneGeometry& geometry);
  // Pixels of the common area, of which maps count from the centre.
  void set_area(std::int64_t height, std::int64_t width);

  // The best map, in samples of the coarsest scale, and its ambiguity; false where there is no peak
  // at all. band, lag_tables and tools: as of coarse_peak.
  bool find(const Plane& reference, const Plane& moving, const Band& band, const float* lag_tables,
            const EstimateTools& tools, ImageMap& map, double& ambiguity);
  // Until the next call. reduction: what the height of a peak of theirs, over the noise, is to be
  // multiplied by, for what is under a window counts for less than a whole plane.
  MappedPair mapped(const Plane& reference, const Plane& moving, const ImageMap& map,
                    const EstimateTools& tools, double& reduction);
  // A pair that a map was found for, taken to its finest scale.
  void warp(const Plane& moving, const ImageMap& map, const EstimateTools& tools, const Plane& out);

 private:
  MapTrial try_map(const Plane& reference, const Plane& moving, const ImageMap& map,
                   const Band& band, const float* lag_tables, const EstimateTools& tools);

  SceneMachine machine_;
  SceneGeometry geometry_;
  PolarSearch polar_search_;
  double fine_middle_[2] = {0.0, 0.0}, middle_[2] = {0.0, 0.0};
  Buffer<float> polar_, reference_, moving_, table_, tapers_;
  Buffer<double> sums_;
};

}  // namespace ppatch
