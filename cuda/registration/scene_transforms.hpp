// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_REGISTRATION_SCENE_TRANSFORMS_HPP_
#define PTYCHOPATCH_CUDA_REGISTRATION_SCENE_TRANSFORMS_HPP_

#include <cstdint>

#include "cuda/registration/scene_memory_plan.hpp"
#include "cuda/runtime/plane_transform.hpp"

namespace ppatch {

// The transforms of a scene: those of each level and, behind them, of the coarse peak; of one plane
// for the reference and of some together for moving images.
class SceneTransforms {
 public:
  SceneTransforms() = default;
  explicit SceneTransforms(const SceneMemoryPlan& layout);

  const device::PlaneTransform& one(int level) const { return one_[level]; }
  const device::PlaneTransform& together(int level) const {
    return has_many_ ? many_[level] : one_[level];
  }
  std::uint64_t work_bytes() const;
  // What that will be, about, without making them.
  static std::uint64_t work_bytes_of(const SceneMemoryPlan& layout);

 private:
  static constexpr int most = SceneGeometry::max_scales + 1;
  bool has_many_ = false;
  device::PlaneTransform one_[most], many_[most];
};

// The size of a level's transform; level geometry.scales is the coarse peak's.
inline const std::int64_t* transform_size(const SceneGeometry& geometry, int level) {
  return level < geometry.scales ? geometry.fft[level] : geometry.coarse_fft;
}

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_REGISTRATION_SCENE_TRANSFORMS_HPP_
