// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"
#include "core/registration/scene_geometry.hpp"
#include "cpu/fft/fft.hpp"
#include "cpu/registration/decimator.hpp"

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
  std::int64_t table_floats = 0;
  std::int64_t rings = 0;
  std::int64_t longest_fft = 0;

  std::uint64_t total_bytes() const;

  // Throws OUT_OF_MEMORY, naming the smallest budget that would do, where the budget is too small.
  static MlMemoryPlan within(const SceneSettings& settings, const FftProvider& fft,
                             int neighbour_reach, int threads, std::uint64_t budget);
};

}  // namespace ppatch
