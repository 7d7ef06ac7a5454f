// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/image_groups.hpp"

#include <algorithm>

namespace ppatch {

void transform_moving(const SceneWorkspace& space, const ShiftSpectrum& spectrum, int scale,
                      const ImageNumbers& images, const std::vector<BatchImage>& batch,
                      device::Stream stream) {
  const SceneMemory& memory = space.memory;
  const SceneMail& host = memory.host();
  const int plane_scale = std::min(scale, space.plan.geometry.scales - 1);
  std::int64_t count = 0;
  for_groups(images, space.plan.together, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first; i < end; ++i) {
      ScenePlane planes[SceneGeometry::max_scales];
      memory.image_planes(i, planes);
      host.moving_windows[count++] = {planes[plane_scale].data,
                                      planes[plane_scale].width,
                                      batch[static_cast<std::size_t>(i)].window,
                                      memory.taper(i),
                                      memory.sums(i),
                                      memory.moving(i)};
    }
  });
  memory.upload(stream);
  lay_windows(memory.device().moving_windows, host.moving_windows, count, spectrum, stream);
  for_groups(images, space.plan.together, [&](std::int64_t first, std::int64_t) {
    space.transforms.together(scale).forward(memory.moving(first), memory.work(), stream);
  });
}

}  // namespace ppatch
