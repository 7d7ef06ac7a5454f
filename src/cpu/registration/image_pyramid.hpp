// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/scene_geometry.hpp"
#include "cpu/registration/conditioned_image.hpp"
#include "cpu/registration/scene_machine.hpp"
#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {

// The band-limited image of an image of a scene, at all scales of a geometry.
struct ImagePyramid {
  Plane scale[SceneGeometry::max_scales];
};

// Makes them: reads and conditions an image, decimates it, and looks for fixed patterns.
class PyramidBuilder {
 public:
  PyramidBuilder(const SceneSettings& settings, const SceneMachine& machine);

  int neighbour_reach() const { return neighbours_.reach; }
  // Writes the pyramid of the part of an image that the geometry uses, with both spectra of the
  // tools, of so many floats, and all the rest of them as scratch. Returns the image's status;
  // where that is not OK, pyramid and lines hold anything.
  ppatch_shift_status build(const SceneImageView& image, const SceneGeometry& geometry,
                            Clipped clipped, const EstimateTools& tools,
                            std::int64_t spectrum_floats, const ImagePyramid& pyramid,
                            ExcludedLines& lines) const;

 private:
  SceneSettings settings_;
  FftProvider fft_;
  CfaNeighbours neighbours_;
  DecimationFilter fine_filter_, coarse_filter_;
};

}  // namespace ppatch
