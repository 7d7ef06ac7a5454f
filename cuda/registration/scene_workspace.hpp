// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/scene_memory.hpp"
#include "cuda/runtime/machine.hpp"
#include "cuda/runtime/plane_transform.hpp"

namespace ppatch {

// The transforms of a scene: those of each scale and, behind them, of the coarse peak; of one plane
// for the reference and of some together for moving images.
class SceneTransforms {
 public:
  SceneTransforms() = default;
  explicit SceneTransforms(const SceneMemoryPlan& plan);

  const device::PlaneTransform& one(int scale) const { return one_[scale]; }
  const device::PlaneTransform& together(int scale) const {
    return has_many_ ? many_[scale] : one_[scale];
  }
  std::uint64_t work_bytes() const;
  // What that will be, about, without making them.
  static std::uint64_t work_bytes_of(const SceneMemoryPlan& plan);

 private:
  static constexpr int max_sizes = SceneGeometry::max_scales + 1;
  bool has_many_ = false;
  device::PlaneTransform one_[max_sizes], many_[max_sizes];
};

// The size of a scale's transform; scale geometry.scales is the coarse peak's.
inline const std::int64_t* transform_size(const SceneGeometry& geometry, int scale) {
  return scale < geometry.scales ? geometry.fft[scale] : geometry.coarse_fft;
}

// What a batch of images is worked on with.
struct SceneWorkspace {
  SceneMemoryPlan plan;
  SceneTransforms transforms;
  SceneMemory memory;

  // Transforms and memory for images of that geometry, as many at a time as can be had.
  void take(const SceneGeometry& geometry, std::uint64_t loader_bytes, const Machine& machine);
};

}  // namespace ppatch
