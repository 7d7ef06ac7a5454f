// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/ml_memory_plan.hpp"

#include <algorithm>
#include <cmath>

#include "core/registration/fft_size.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/fixed_pattern.hpp"
#include "cpu/registration/map_search.hpp"
#include "cpu/registration/pixel_sums.hpp"
#include "cpu/registration/row_reader.hpp"
#include "cpu/registration/shift_estimate.hpp"
#include "cpu/registration/tile_shifts.hpp"

namespace ppatch {
namespace {

// A plan that would be larger, all told, does not keep the reference's spectrum.
constexpr std::int64_t kept_bytes_per_pixel = 6;

void fit(MlMemoryPlan& plan, const SceneGeometry& g, std::int64_t carriers) {
  const auto fit_transform = [&](const std::int64_t size[2]) {
    plan.spectrum_floats = std::max(plan.spectrum_floats, PlaneFft::floats_of(size[0], size[1]));
    plan.table_floats = std::max(plan.table_floats, tables_floats(size[0], size[1], carriers));
    plan.longest_fft = std::max({plan.longest_fft, size[0], size[1]});
    plan.sums_doubles = std::max(plan.sums_doubles, sums_doubles(size[0], size[1]));
    plan.tile_doubles = std::max(plan.tile_doubles, tile_doubles(size[0], size[1]));
    plan.rings = std::max(plan.rings, ring_count(size[0], size[1]));
  };
  fit_transform(g.coarse_fft);
  plan.lag_floats = std::max(plan.lag_floats, lag_table_floats(g.coarse_fft[0], g.coarse_fft[1]));
  for (int scale = 0; scale < g.scales; ++scale) fit_transform(g.fft[scale]);
  plan.fine_floats = std::max(plan.fine_floats, g.size[0][0] * g.size[0][1]);
  plan.coarse_floats = std::max(plan.coarse_floats, g.coarse_floats());
}

// Of a coarse peak of an image that is as large or smaller: those that the largest shift is more
// than half of are padded by it.
std::int64_t largest_transform(const SceneGeometry& whole, const SceneSettings& settings,
                               int axis) {
  const std::int64_t n = whole.size[0][axis];
  const std::int64_t padded = padded_size(n);
  if (!(settings.max_shift[axis] > 0.0)) return padded;
  const auto reach =
      static_cast<std::int64_t>(settings.max_shift[axis] / static_cast<double>(whole.step)) + 1;
  return std::min(padded, std::max(good_fft_size(n), good_fft_size(3 * reach + 1)));
}

// Smaller images may have no coarser scale where this one has, so that their coarse peak needs more
// than that of larger ones.
void fit_smaller(MlMemoryPlan& plan, const SceneGeometry& whole, const SceneSettings& settings,
                 std::int64_t carriers) {
  std::int64_t max_size[2];
  for (int axis = 0; axis < 2; ++axis) max_size[axis] = largest_transform(whole, settings, axis);
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
  plan.lag_floats = std::max(plan.lag_floats, lag_table_floats(max_size[0], max_size[1]));
  const std::int64_t side = padded_size(static_cast<std::int64_t>(std::sqrt(halving_area)));
  plan.sums_doubles = std::max(
      {plan.sums_doubles, sums_doubles(std::min(max_size[0], narrow), max_size[1]),
       sums_doubles(max_size[0], std::min(max_size[1], narrow)), sums_doubles(side, side)});
  plan.tile_doubles = std::max(plan.tile_doubles, tile_doubles(max_size[0], max_size[1]));
  plan.rings = std::max(plan.rings, ring_count(max_size[0], max_size[1]));
}

// One row or column has the rings of its length, which may be the longer side.
void fit_lines(MlMemoryPlan& plan, const SceneGeometry& whole) {
  for (int axis = 0; axis < 2; ++axis) {
    const std::int64_t length = padded_size(whole.size[0][axis]);
    const std::int64_t height = axis == 0 ? length : 1, width = axis == 0 ? 1 : length;
    plan.rings = std::max(plan.rings, ring_count(height, width));
    plan.sums_doubles = std::max(plan.sums_doubles, sums_doubles(height, width));
  }
}

}  // namespace

std::uint64_t MlMemoryPlan::total_bytes() const {
  const std::int64_t floats = 2 * fine_floats + 2 * coarse_floats + 2 * spectrum_floats +
                              kept_floats + slots * slot_floats + table_floats + lag_floats +
                              longest_fft + warped_floats;
  return static_cast<std::uint64_t>(4 * floats + 8 * (sums_doubles + tile_doubles) +
                                    rings * static_cast<std::int64_t>(sizeof(RingWeight))) +
         tile_bytes + search_bytes;
}

MlMemoryPlan MlMemoryPlan::within(const SceneSettings& s, const SceneMachine& machine,
                                  int neighbour_reach) {
  const FftProvider& fft = machine.fft;
  const std::uint64_t budget = machine.settings->memory_budget;
  MlMemoryPlan plan;
  plan.slots = machine.arena->num_threads();
  if (s.motion != PPATCH_MOTION_MODEL_NONE) plan.tile_bytes = CpuTileEngine::bytes(s, machine);
  const SceneGeometry whole(s, s.height, s.width);
  const std::int64_t carriers = s.cfa.period * s.cfa.period - 1;
  fit(plan, whole, carriers);
  if (!s.circular) fit_smaller(plan, whole, s, carriers);
  fit_lines(plan, whole);
  if (s.searches_maps) {
    plan.warped_floats = plan.fine_floats;
    plan.search_bytes = MapSearch::bytes(s);
    plan.longest_fft = std::max(plan.longest_fft, MapSearch::longest_fft);
  }
  plan.sums_doubles = std::max(plan.sums_doubles, pixel_sums_doubles(s.height));
  const DecimationFilter fine(whole.step);
  const DecimationFilter coarse(2);
  const std::int64_t profile = s.fixed_pattern ? good_fft_size(std::max(s.height, s.width)) : 0;
  const std::int64_t longest = std::max(plan.longest_fft, profile);
  plan.slot_floats = std::max({
      max_slot_floats(fft, longest, !s.circular),
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
  require_budget(s, min_bytes, budget);
  return plan;
}

}  // namespace ppatch
