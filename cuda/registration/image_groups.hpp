// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cuda/registration/reference_waves.hpp"
#include "cuda/registration/scene_passes.hpp"

namespace ppatch {

// Calls each(first, end) for the groups of images that are transformed together and have one of
// these, which ascend.
template <class Each>
void for_groups(const ImageNumbers& images, std::int64_t together, Each&& each) {
  std::int64_t next = 0;
  for (const std::int64_t i : images) {
    if (i < next) continue;
    const std::int64_t first = i / together * together;
    next = first + together;
    each(first, next);
  }
}

// Lays the windows of groups that have one of these images, and transforms them. Images of a group
// that need no other spectrum get the same one again.
void transform_moving(const SceneWorkspace& space, const ShiftSpectrum& spectrum, int scale,
                      const ImageNumbers& images, const std::vector<BatchImage>& batch,
                      device::Stream stream);

}  // namespace ppatch
