// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/ml_memory_plan.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/registration/fft_size.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/pixel_sums.hpp"
#include "cpu/registration/row_reader.hpp"
#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {
namespace {

// A plan that would be larger, all told, does not keep the reference's spectrum.
constexpr std::int64_t kept_bytes_per_pixel = 6;

void fit(MlMemoryPlan& plan, const SceneGeometry& g, std::int64_t carriers) {
  const auto fit_transform = [&](const std::int64_t size[2]) {
    plan.spectrum_floats = std::max(plan.spectrum_floats, PlaneFft::floats_of(size[0], size[1]));
    plan.table_floats = std::max(plan.table_floats, tables_floats(size[0], size[1], carriers));
    plan.longest_fft = std::max({plan.longest_fft, size[0], size[1]});
  };
  fit_transform(g.coarse_fft);
  for (int scale = 0; scale < g.scales; ++scale) {
    const std::int64_t* size = g.fft[scale];
    fit_transform(size);
    plan.sums_doubles = std::max(plan.sums_doubles, sums_doubles(size[0], size[1]));
    plan.rings = std::max(plan.rings, ring_count(size[0], size[1]));
  }
  plan.fine_floats = std::max(plan.fine_floats, g.size[0][0] * g.size[0][1]);
  plan.coarse_floats = std::max(plan.coarse_floats, g.coarse_floats());
}

// Smaller images may have no coarser scale where this one has, so that their coarse peak needs more
// than that of larger ones.
void fit_smaller(MlMemoryPlan& plan, const SceneGeometry& whole, std::int64_t carriers) {
  const std::int64_t* size = whole.size[0];
  const std::int64_t max_size[2] = {padded_size(size[0]), padded_size(size[1])};
  const std::int64_t narrow = padded_size(halving_side - 1);
  // Padded, an area grows by less than that, whatever its sides.
  const std::int64_t small = halving_area * 15 / 4;
  plan.spectrum_floats = std::max({plan.spectrum_floats,
                                   PlaneFft::floats_of(std::min(max_size[0], narrow), max_size[1]),
                                   PlaneFft::floats_of(max_size[0], std::min(max_size[1], narrow)),
                                   std::min(small, PlaneFft::floats_of(max_size[0], max_size[1]))});
  plan.table_floats =
      std::max(plan.table_floats, tables_floats(max_size[0], max_size[1], carriers));
  plan.longest_fft = std::max({plan.longest_fft, max_size[0], max_size[1]});
}

// A transform of n samples needs no more than this beside its slab, whatever the factors of n.
std::int64_t transform_floats(const FftProvider& fft, std::int64_t n, bool good_sizes) {
  return (good_sizes ? 2 : 24) * 2 * n * fft.lanes + 4096;
}

}  // namespace

std::uint64_t MlMemoryPlan::total_bytes() const {
  const std::int64_t floats = 2 * fine_floats + 2 * coarse_floats + 2 * spectrum_floats +
                              kept_floats + slots * slot_floats + table_floats;
  return static_cast<std::uint64_t>(4 * floats + 8 * sums_doubles +
                                    rings * static_cast<std::int64_t>(sizeof(RingWeight)));
}

MlMemoryPlan MlMemoryPlan::within(const SceneSettings& s, const FftProvider& fft,
                                  int neighbour_reach, int threads, std::uint64_t budget) {
  MlMemoryPlan plan;
  plan.slots = threads;
  const SceneGeometry whole(s, s.height, s.width);
  const std::int64_t carriers = s.cfa.period * s.cfa.period - 1;
  fit(plan, whole, carriers);
  if (whole.scales > 1) fit_smaller(plan, whole, carriers);
  plan.sums_doubles = std::max(plan.sums_doubles, pixel_sums_doubles(s.height));
  const DecimationFilter fine(whole.step);
  const DecimationFilter coarse(2);
  const std::int64_t profile = s.fixed_pattern ? good_fft_size(std::max(s.height, s.width)) : 0;
  const std::int64_t longest = std::max(plan.longest_fft, profile);
  plan.slot_floats = std::max({
      2 * longest * fft.lanes + transform_floats(fft, longest, !s.circular),
      decimation_floats(fine, s.width, whole.size[0][1]) +
          RowReader::floats(s.width, neighbour_reach) + 64,
      decimation_floats(coarse, whole.size[0][1], whole.size[0][1] / 2) + 64,
  });
  plan.slot_floats = (plan.slot_floats + 15) / 16 * 16;
  const std::uint64_t min_bytes = plan.total_bytes();
  if (whole.scales > 1) {
    const auto max_bytes = static_cast<std::uint64_t>(kept_bytes_per_pixel * s.height * s.width);
    plan.kept_floats = PlaneFft::floats_of(whole.fft[0][0], whole.fft[0][1]);
    if (plan.total_bytes() > std::min(budget, max_bytes)) plan.kept_floats = 0;
  }
  if (min_bytes > budget) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "options: images of ", s.height, " x ", s.width,
         " need a memory budget of at least ", min_bytes, " bytes, got ", budget);
  }
  return plan;
}

}  // namespace ppatch
