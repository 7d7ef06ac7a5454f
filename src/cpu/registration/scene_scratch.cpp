// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/scene_scratch.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/registration/fft_size.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/conditioned_image.hpp"
#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {
namespace {

// A plan that would be larger, all told, does not keep the reference's spectrum.
constexpr std::int64_t kept_bytes_per_pixel = 6;

void fit(SceneScratchPlan& layout, const SceneGeometry& g, std::int64_t carriers) {
  const auto fit_transform = [&](const std::int64_t size[2]) {
    layout.spectrum_floats =
        std::max(layout.spectrum_floats, PlaneFft::floats_of(size[0], size[1]));
    layout.table_floats = std::max(layout.table_floats, tables_floats(size[0], size[1], carriers));
    layout.longest_fft = std::max({layout.longest_fft, size[0], size[1]});
  };
  fit_transform(g.coarse_fft);
  for (int level = 0; level < g.levels; ++level) {
    const std::int64_t* size = g.fft[level];
    fit_transform(size);
    layout.sums_doubles = std::max(layout.sums_doubles, sums_doubles(size[0], size[1]));
    layout.rings = std::max(layout.rings, ring_count(size[0], size[1]));
  }
  layout.fine_floats = std::max(layout.fine_floats, g.size[0][0] * g.size[0][1]);
  layout.coarse_floats = std::max(layout.coarse_floats, g.coarse_floats());
}

// Smaller images may have no coarser level where this one has, so that their coarse peak needs more
// than that of larger ones.
void fit_smaller(SceneScratchPlan& layout, const SceneGeometry& whole, std::int64_t carriers) {
  const std::int64_t* size = whole.size[0];
  const std::int64_t most[2] = {padded_size(size[0]), padded_size(size[1])};
  const std::int64_t narrow = padded_size(halving_side - 1);
  // Padded, an area grows by less than that, whatever its sides.
  const std::int64_t small = halving_area * 15 / 4;
  layout.spectrum_floats =
      std::max({layout.spectrum_floats, PlaneFft::floats_of(std::min(most[0], narrow), most[1]),
                PlaneFft::floats_of(most[0], std::min(most[1], narrow)),
                std::min(small, PlaneFft::floats_of(most[0], most[1]))});
  layout.table_floats = std::max(layout.table_floats, tables_floats(most[0], most[1], carriers));
  layout.longest_fft = std::max({layout.longest_fft, most[0], most[1]});
}

// A transform of n samples needs no more than this beside its slab, whatever the factors of n.
std::int64_t transform_floats(const FftProvider& fft, std::int64_t n, bool good_sizes) {
  return (good_sizes ? 2 : 24) * 2 * n * fft.lanes + 4096;
}

}  // namespace

std::uint64_t SceneScratchPlan::total_bytes() const {
  const std::int64_t floats = 2 * fine_floats + 2 * coarse_floats + 2 * spectrum_floats +
                              kept_floats + slots * slot_floats + table_floats;
  return static_cast<std::uint64_t>(4 * floats + 8 * sums_doubles +
                                    rings * static_cast<std::int64_t>(sizeof(RingWeight)));
}

SceneScratchPlan SceneScratchPlan::within(const SceneSettings& s, const FftProvider& fft,
                                          int neighbour_reach, int threads, std::uint64_t budget) {
  SceneScratchPlan layout;
  layout.slots = threads;
  const SceneGeometry whole(s, s.height, s.width);
  const std::int64_t carriers = s.mosaic.period * s.mosaic.period - 1;
  fit(layout, whole, carriers);
  if (whole.levels > 1) fit_smaller(layout, whole, carriers);
  layout.sums_doubles = std::max(layout.sums_doubles, ConditionedImage::measure_doubles(s.height));
  const DecimationFilter fine(whole.step);
  const DecimationFilter coarse(2);
  const std::int64_t profile = s.fixed_pattern ? good_fft_size(std::max(s.height, s.width)) : 0;
  const std::int64_t longest = std::max(layout.longest_fft, profile);
  layout.slot_floats = std::max({
      2 * longest * fft.lanes + transform_floats(fft, longest, !s.circular),
      decimation_floats(fine, s.width, whole.size[0][1]) +
          RowReader::floats(s.width, neighbour_reach) + 64,
      decimation_floats(coarse, whole.size[0][1], whole.size[0][1] / 2) + 64,
  });
  layout.slot_floats = (layout.slot_floats + 15) / 16 * 16;
  const std::uint64_t least = layout.total_bytes();
  if (whole.levels > 1) {
    const auto most = static_cast<std::uint64_t>(kept_bytes_per_pixel * s.height * s.width);
    layout.kept_floats = PlaneFft::floats_of(whole.fft[0][0], whole.fft[0][1]);
    if (layout.total_bytes() > std::min(budget, most)) layout.kept_floats = 0;
  }
  if (least > budget) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "options: images of ", s.height, " x ", s.width,
         " need a memory budget of at least ", least, " bytes, got ", budget);
  }
  return layout;
}

}  // namespace ppatch
