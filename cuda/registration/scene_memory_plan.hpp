// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"
#include "core/registration/scene_geometry.hpp"

namespace ppatch {

// What images of one size take of a device's memory, and how many of them go together. Only the
// latter depends on the budget, never a result.
struct SceneMemoryPlan {
  SceneMemoryPlan() = default;
  // together: see planes_together.
  SceneMemoryPlan(const SceneGeometry& geometry, std::int64_t together);

  SceneGeometry geometry;
  std::int64_t together = 1;         // planes of one transform
  std::int64_t plane_floats = 0;     // of all scales of an image
  std::int64_t spectrum_floats = 0;  // from one spectrum to the next, of any scale
  std::int64_t coarse_floats = 0;    // of the reference's spectrum on the coarsest scale
  std::int64_t table_floats = 0;     // of phases
  std::int64_t taper_floats = 0;
  std::int64_t lag_floats = 0;  // scales and shares of lags
  std::int64_t rings = 0;
  std::int64_t sums_doubles = 0;
  std::int64_t peaks = 0;        // of blocks
  std::uint64_t work_bytes = 0;  // of transforms; told once they are known
  std::int64_t images = 0;       // of a batch, a multiple of `together`
  std::int64_t slots = 0;        // spectra of the reference

  // Images as many as `bytes` of memory hold, up to that many, but at least those of one transform.
  void choose_images(std::int64_t max_images, std::uint64_t bytes);
  // Of a batch: beyond it there is little to be gained.
  std::int64_t max_images() const;

  std::uint64_t device_bytes() const;
  std::uint64_t pinned_bytes() const;

  // Planes that are transformed together. Transforms may do another number of them in another way:
  // so that bits depend on no batch, this is a matter of their size alone.
  static std::int64_t planes_together(const SceneGeometry& geometry);
};

// The bytes of a plan without its loader, by what device::PlaneTransform says beforehand. Throws
// OUT_OF_MEMORY, naming the least budget, where the budget is too small.
SceneMemoryPlan scene_memory_plan_within(const SceneSettings& settings, std::uint64_t loader_bytes,
                                         std::uint64_t budget);

}  // namespace ppatch
