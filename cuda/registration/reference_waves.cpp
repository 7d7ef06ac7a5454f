// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/reference_waves.hpp"

#include <algorithm>
#include <tuple>

#include "cuda/registration/scene_passes.hpp"

namespace ppatch {

void ReferenceWaves::reset(const SceneMemoryPlan& plan) {
  slots_.reset(plan.slots);
  slot_of_window_.assign(static_cast<std::size_t>(plan.images), -1);
}

std::vector<ReferenceWaves::Wave> ReferenceWaves::plan(int scale, const ImageNumbers& numbers,
                                                       const std::vector<BatchImage>& images,
                                                       const SceneWorkspace& space) {
  const SceneMemory& memory = space.memory;
  const auto search = [&](std::int64_t i) -> const ShiftSearch& {
    return images[static_cast<std::size_t>(i)].search;
  };
  const auto key = [&](std::int64_t i) {
    const Window& window = search(i).reference_window();
    return std::make_tuple(window.y, window.x, window.height, window.width, i);
  };
  ImageNumbers order = numbers;
  std::sort(order.begin(), order.end(),
            [&](std::int64_t a, std::int64_t b) { return key(a) < key(b); });
  const SceneMail& host = memory.host();
  ScenePlane reference[SceneGeometry::max_scales];
  memory.reference_planes(reference);
  std::vector<Wave> waves = {{0, 0, 0, 0}};
  slots_.begin_wave();
  for (const std::int64_t i : order) {
    const Window& window = search(i).reference_window();
    ReferenceSlots::Found found = slots_.find(scale, window);
    if (found.slot < 0) {
      const Wave& full = waves.back();
      waves.push_back({full.end, full.end, full.end_window, full.end_window});
      slots_.begin_wave();
      found = slots_.find(scale, window);
    }
    Wave& wave = waves.back();
    if (!found.held) {
      slot_of_window_[static_cast<std::size_t>(wave.end_window)] = found.slot;
      host.reference_windows[wave.end_window++] = {
          reference[scale].data,         reference[scale].width,       window,
          memory.slot_taper(found.slot), memory.slot_sums(found.slot), memory.slot(found.slot)};
    }
    host.shifts[wave.end++] = fine_shift_job(memory, i, scale, found.slot, search(i).result(),
                                             images[static_cast<std::size_t>(i)].result.flags);
  }
  return waves;
}

void ReferenceWaves::fill(int scale, const Wave& wave, const ShiftSpectrum& spectrum,
                          const SceneWorkspace& space, device::Stream stream) const {
  const std::int64_t count = wave.end_window - wave.first_window;
  if (count == 0) return;
  lay_windows(space.memory.device().reference_windows + wave.first_window,
              space.memory.host().reference_windows + wave.first_window, count, spectrum, stream);
  for (std::int64_t w = wave.first_window; w < wave.end_window; ++w) {
    const std::int64_t slot = slot_of_window_[static_cast<std::size_t>(w)];
    space.transforms.one(scale).forward(space.memory.slot(slot), space.memory.work(), stream);
  }
}

}  // namespace ppatch
