// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/backend.hpp"
#include "cpu/fft/fft.hpp"

namespace ppatch {

// How the memory of a plan with a shifted probe is laid out, beside what its patches take. Only
// sizes of pieces of work depend on it, never a result. All of it suits any dtype.
struct ShiftMemoryPlan {
  std::int64_t slots = 0;        // threads
  std::int64_t plane_bytes = 0;  // a complex plane in slabs of either kind
  std::int64_t pixel_bytes = 0;  // the pixels of one patch
  std::int64_t slab_bytes = 0;
  std::int64_t work_bytes = 0;  // of a transform
  std::int64_t ramp_bytes = 0;  // one of the arrays of an axis' phases
  std::int64_t kept_modes = 0;  // of a probe, whose transforms stay for a call
  std::int64_t chunk_bytes = 0;

  // An axis' phases and their derivatives, real and imaginary.
  static constexpr std::int64_t ramps = 8;

  std::int64_t slot_bytes() const {
    return 3 * plane_bytes + 2 * pixel_bytes + slab_bytes + work_bytes + ramps * ramp_bytes;
  }
  std::uint64_t total_bytes() const {
    return static_cast<std::uint64_t>(slots * slot_bytes() + kept_modes * plane_bytes +
                                      chunk_bytes);
  }

  // The least that a plan can do with, without the transforms' own memory. Throws OUT_OF_MEMORY
  // where no memory holds it.
  static ShiftMemoryPlan least(const PatchSettings& settings, const FftProvider& provider,
                               int threads);
  // As much more as is fast and leaves so many bytes of the budget.
  void grow(std::uint64_t budget);
};

}  // namespace ppatch
