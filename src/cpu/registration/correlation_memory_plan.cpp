// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/correlation_memory_plan.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/registration/fft_size.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/pixel_sums.hpp"
#include "cpu/registration/row_reader.hpp"

namespace ppatch {

CorrelationSizes::CorrelationSizes(const SceneSettings& s, std::int64_t h, std::int64_t w,
                                   bool masked) {
  period = s.method == ShiftMethod::per_plane ? s.cfa.period : 1;
  const std::int64_t side[2] = {h, w};
  for (int axis = 0; axis < 2; ++axis) {
    image[axis] = side[axis] / period;
    const std::int64_t n = image[axis];
    const bool pads = n > 1 && (masked || !s.circular);
    transform[axis] = pads ? good_fft_size(2 * n - 1) : n;
    const std::int64_t farthest = pads ? n - 1 : n / 2;
    const auto limit = static_cast<double>(farthest);
    const double asked = std::floor(s.max_shift[axis] / static_cast<double>(period));
    max_lag[axis] = s.max_shift[axis] > 0.0 ? std::min(asked, limit) : limit;
  }
}

std::int64_t CorrelationSizes::floats() const {
  return PlaneFft::floats_of(transform[0], transform[1]);
}

CorrelationMemoryPlan CorrelationMemoryPlan::within(const SceneSettings& s,
                                                    const SceneMachine& machine,
                                                    int neighbour_reach) {
  CorrelationMemoryPlan plan;
  const CorrelationSizes sizes(s, s.height, s.width, false);
  plan.plane_floats = sizes.floats();
  const std::int64_t longest =
      std::max({good_fft_size(2 * std::max(sizes.image[0], sizes.image[1])), sizes.transform[0],
                sizes.transform[1]});
  // Prime lengths take the most.
  plan.slot_floats = std::max(26 * 2 * longest * machine.fft.lanes + 4096,
                              RowReader::floats(s.width, neighbour_reach) + s.width);
  plan.slot_floats = (plan.slot_floats + 15) / 16 * 16;
  plan.slots = machine.arena->num_threads();
  const auto region = static_cast<std::int64_t>(std::ceil(1.5 * s.upsample));
  plan.lines_doubles = 2 * (sizes.transform[1] / 2 + 1) * plan.slots + 3 * region;
  plan.measure_doubles = pixel_sums_doubles(s.height);
  const std::uint64_t budget = machine.settings->memory_budget;
  if (plan.total_bytes() > budget) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "options: images of ", s.height, " x ", s.width,
         " need a memory budget of at least ", plan.total_bytes(), " bytes, got ", budget);
  }
  return plan;
}

std::uint64_t CorrelationMemoryPlan::total_bytes() const {
  return static_cast<std::uint64_t>(4 * (2 * plane_floats + slots * slot_floats) +
                                    8 * (lines_doubles + measure_doubles));
}

}  // namespace ppatch
