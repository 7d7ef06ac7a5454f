// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_SCENE_SCENE_SCRATCH_HPP_
#define PTYCHOPATCH_CPU_SCENE_SCENE_SCRATCH_HPP_

#include <cstdint>

#include "core/backend.hpp"
#include "cpu/fft/fft.hpp"
#include "cpu/scene/decimator.hpp"

namespace ptychopatch {

// The sizes that follow from those of a common area.
struct SceneGeometry {
  SceneGeometry() = default;
  SceneGeometry(const SceneSettings& settings, std::int64_t height, std::int64_t width);

  int step = 1;                        // pixels of the mosaic a sample of the band-limited image
  std::int64_t height = 0, width = 0;  // pixels that are used
  // Level 0 is the band-limited image, each further one half as fine as that before; the coarse
  // peak is looked for on the last.
  static constexpr int most_levels = 12;
  int levels = 1;
  std::int64_t size[most_levels][2] = {};  // samples
  std::int64_t fft[most_levels][2] = {};   // of windows of a level
  std::int64_t coarse_fft[2] = {0, 0};     // of the last level, padded for large shifts
  double coarse_most[2] = {0.0, 0.0};      // samples of it that the peak may lie off

  // Of the levels behind the first.
  std::int64_t coarse_floats() const;

  bool operator==(const SceneGeometry&) const = default;
};

// How a plan's memory is laid out.
struct SceneScratchLayout {
  std::int64_t fine_floats = 0;      // a band-limited image
  std::int64_t coarse_floats = 0;    // its further levels
  std::int64_t spectrum_floats = 0;  // one of two
  std::int64_t kept_floats = 0;      // a third, of the reference, where the budget has room for it
  std::int64_t slot_floats = 0;      // one of `slots`
  std::int64_t slots = 0;
  std::int64_t sums_doubles = 0;
  std::int64_t table_floats = 0;
  std::int64_t rings = 0;
  std::int64_t longest_fft = 0;

  std::uint64_t total_bytes() const;

  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static SceneScratchLayout within(const SceneSettings& settings, const FftProvider& fft,
                                   int neighbour_reach, int threads, std::uint64_t budget);
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CPU_SCENE_SCENE_SCRATCH_HPP_
