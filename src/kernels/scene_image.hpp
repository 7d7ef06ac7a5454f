// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_KERNELS_SCENE_IMAGE_HPP_
#define PTYCHOPATCH_KERNELS_SCENE_IMAGE_HPP_

#include <cstdint>

namespace ptychopatch {

// One level of a band-limited image in a device's memory; its rows lie one after another.
struct ScenePlane {
  float* data = nullptr;
  std::int64_t height = 0, width = 0;
};

// What is known of one image, in a device's memory: a ppatch_shift_status, and of the fixed
// patterns that it has the flags of ppatch_shift. Where the status is not OK, nothing else of the
// image holds anything, and kernels leave it alone.
struct SceneImageState {
  std::int32_t status = 0;
  std::uint32_t flags = 0;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_KERNELS_SCENE_IMAGE_HPP_
