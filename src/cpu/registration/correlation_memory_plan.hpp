// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/registration/scene_machine.hpp"

namespace ppatch {

// Sizes of the transforms for a common area of h x w pixels.
struct CorrelationSizes {
  CorrelationSizes(const SceneSettings& settings, std::int64_t h, std::int64_t w, bool masked);
  std::int64_t floats() const;

  int period = 1;
  std::int64_t image[2], transform[2];
  double max_lag[2];
};

// The memory of the correlation engine.
struct CorrelationMemoryPlan {
  // Throws OUT_OF_MEMORY, naming the smallest budget that would do, where the machine's is smaller.
  static CorrelationMemoryPlan within(const SceneSettings& settings, const SceneMachine& machine,
                                      int neighbour_reach);
  std::uint64_t total_bytes() const;

  std::int64_t plane_floats = 0, slot_floats = 0, slots = 0;
  std::int64_t lines_doubles = 0, measure_doubles = 0;
};

}  // namespace ppatch
