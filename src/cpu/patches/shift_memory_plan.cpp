// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/shift_memory_plan.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t max_kept_modes = 16;
// A chunk is given out to all threads, and read again while it is in the caches.
constexpr std::int64_t wanted_chunk = 4 << 20;

std::int64_t aligned(std::int64_t bytes) { return (bytes + 63) / 64 * 64; }

std::int64_t in_lanes(std::int64_t n, std::int64_t lanes) {
  return (n + lanes - 1) / lanes * lanes;
}

std::int64_t plane_bytes_of(std::int64_t height, std::int64_t width, std::int64_t lanes,
                            std::int64_t scalar) {
  return aligned(2 * scalar *
                 std::max(in_lanes(height, lanes) * width, in_lanes(width, lanes) * height));
}

}  // namespace

ShiftMemoryPlan ShiftMemoryPlan::least(const PatchSettings& s, const FftProvider& provider,
                                       int threads) {
  const std::int64_t h = s.patch_height;
  const std::int64_t w = s.patch_width;
  const std::int64_t longer = std::max(h, w);
  if (h + max_fft_lanes > (std::int64_t{1} << 44) / (w + max_fft_lanes)) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "no memory holds the transforms of patches of ", h, " x ", w);
  }
  ShiftMemoryPlan plan;
  plan.slots = threads;
  plan.plane_bytes = std::max(plane_bytes_of(h, w, provider.lanes, sizeof(float)),
                              plane_bytes_of(h, w, provider.lanes_double, sizeof(double)));
  plan.pixel_bytes = aligned(h * w * 16);
  plan.slab_bytes =
      aligned(2 * longer *
              std::max<std::int64_t>(provider.lanes * std::int64_t{sizeof(float)},
                                     provider.lanes_double * std::int64_t{sizeof(double)}));
  plan.ramp_bytes = aligned((longer + max_fft_lanes) * std::int64_t{sizeof(double)});
  // A patch's cotangent with its weights, or the sum of a mode and that of one segment.
  plan.chunk_bytes = std::max(2 * plan.pixel_bytes, 2 * plan.plane_bytes);
  return plan;
}

void ShiftMemoryPlan::grow(std::uint64_t budget) {
  const auto fits = [&] { return total_bytes() <= budget; };
  while (kept_modes < max_kept_modes) {
    ++kept_modes;
    if (fits()) continue;
    --kept_modes;
    break;
  }
  const std::int64_t least = chunk_bytes;
  const std::int64_t pieces = std::max(wanted_chunk / least, 2 * slots);
  for (chunk_bytes = pieces * least; chunk_bytes > least && !fits();) {
    chunk_bytes = std::max(chunk_bytes / 2, least);
  }
}

}  // namespace ppatch
