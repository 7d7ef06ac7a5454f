// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/tile_agreement.hpp"
#include "cuda/registration/scene_workspace.hpp"

namespace ppatch {

// Asks whether the tiles of an image that do not agree on its shift agree on another one. Works on
// the coarsest scale, in the image's spectra and the first slot of the reference's.
class SecondShift {
 public:
  SecondShift(const SceneWorkspace& space, bool circular, device::Stream stream);

  // shift: on the coarsest scale; flags: of fixed patterns.
  bool agrees_elsewhere(std::int64_t image, const FineShift& shift, std::uint32_t flags);

 private:
  // Both images whitened where their spectra are, the moving one laid by the shift and `more`.
  void lay(const FineShift& shift, const double more[2]);
  TileAgreement agreement(const CovarianceTiles& tiles, double threshold);
  SurfacePeaks peaks_of_left(const FineShift& shift, const std::int64_t range[2]);
  void transform(bool forward);

  const SceneWorkspace& space_;
  const SceneGeometry& geometry_;
  bool circular_;
  device::Stream stream_;
  int scale_;
  std::int64_t image_ = 0;
  std::uint32_t flags_ = 0;
  std::vector<double> sums_;
};

}  // namespace ppatch
