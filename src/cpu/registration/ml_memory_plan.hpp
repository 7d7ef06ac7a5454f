// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "cpu/registration/scene_machine.hpp"

namespace ppatch {

// The memory of the maximum-likelihood engine.
struct MlMemoryPlan {
  std::int64_t fine_floats = 0;      // a band-limited image
  std::int64_t coarse_floats = 0;    // its further scales
  std::int64_t spectrum_floats = 0;  // one of two
  std::int64_t kept_floats = 0;      // a third, of the reference, where the budget has room for it
  std::int64_t slot_floats = 0;      // one of `slots`
  std::int64_t slots = 0;
  std::int64_t sums_doubles = 0;
  std::int64_t tile_doubles = 0;
  std::int64_t table_floats = 0;
  std::int64_t lag_floats = 0;
  std::int64_t rings = 0;
  std::int64_t longest_fft = 0;
  std::uint64_t tile_bytes = 0;    // where motion is asked for
  std::int64_t warped_floats = 0;  // the moving image brought onto the reference by a map
  std::uint64_t search_bytes = 0;  // where maps are searched

  std::uint64_t total_bytes() const;

  // Throws OUT_OF_MEMORY, naming the smallest budget that would do, where the budget is too small.
  static MlMemoryPlan within(const SceneSettings& settings, const SceneMachine& machine,
                             int neighbour_reach);
};

}  // namespace ppatch
