// SPDX-License-Identifier: Apache-2.0
#include "cpu/scene/scene_scratch.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/scene/conditioned_image.hpp"
#include "cpu/scene/fixed_pattern.hpp"
#include "cpu/scene/shift_estimate.hpp"

namespace ptychopatch {
namespace {

// Band-limited images from this size on have a coarser level.
constexpr std::int64_t halving_size = 1024;

void fit(SceneScratchLayout& layout, const SceneGeometry& g, std::int64_t carriers) {
  layout.spectrum_floats =
      std::max({layout.spectrum_floats, PlaneFft::floats_of(g.fine_fft[0], g.fine_fft[1]),
                PlaneFft::floats_of(g.coarse_fft[0], g.coarse_fft[1])});
  for (const std::int64_t* size : {g.fine_fft, g.coarse_fft}) {
    layout.sums_doubles = std::max(layout.sums_doubles, sums_doubles(size[0], size[1]));
    layout.table_floats = std::max(layout.table_floats, tables_floats(size[0], size[1], carriers));
    layout.rings = std::max(layout.rings, ring_count(size[0], size[1]));
  }
  layout.fine_floats = std::max(layout.fine_floats, g.fine[0] * g.fine[1]);
  if (g.halved) {
    layout.coarse_floats = std::max(layout.coarse_floats, g.coarse[0] * g.coarse[1]);
  }
}

// A transform of n samples needs no more than this beside its slab, whatever the factors of n.
std::int64_t transform_floats(const FftProvider& fft, std::int64_t n, bool good_sizes) {
  return (good_sizes ? 2 : 24) * 2 * n * fft.lanes + 4096;
}

}  // namespace

SceneGeometry::SceneGeometry(const SceneSettings& settings, std::int64_t h, std::int64_t w) {
  step = settings.mosaic.period == 1 ? 1 : settings.mosaic.period == 2 ? 2 : 3;
  const std::int64_t period = settings.mosaic.period;
  height = settings.circular ? h / period * period : h / step * step;
  width = settings.circular ? w / period * period : w / step * step;
  const std::int64_t pixels[2] = {height, width};
  halved = !settings.circular && std::min(height, width) / step >= halving_size;
  for (int axis = 0; axis < 2; ++axis) {
    fine[axis] = pixels[axis] / step;
    coarse[axis] = halved ? fine[axis] / 2 : fine[axis];
    fine_fft[axis] = settings.circular ? fine[axis] : good_fft_size(fine[axis]);
    const double scale = halved ? 2.0 * step : step;
    const auto n = static_cast<double>(coarse[axis]);
    const double unlimited = settings.circular ? n / 2 : n - std::max(n / 4.0, 8.0 / scale);
    const double asked = settings.max_shift[axis] / scale;
    double most = asked > 0.0 ? std::min(asked + 1.0, unlimited) : unlimited;
    if (n == 1.0) most = 0.0;
    coarse_most[axis] = std::max(0.0, most);
    const auto reach = static_cast<std::int64_t>(coarse_most[axis]);
    coarse_fft[axis] = settings.circular || coarse[axis] == 1 ? coarse[axis]
                       : 2.0 * coarse_most[axis] > n ? good_fft_size(coarse[axis] + reach + 1)
                                                     : good_fft_size(coarse[axis]);
  }
}

std::uint64_t SceneScratchLayout::total_bytes() const {
  const std::int64_t floats = 2 * fine_floats + 2 * coarse_floats + 2 * spectrum_floats +
                              slots * slot_floats + table_floats;
  return static_cast<std::uint64_t>(4 * floats + 8 * sums_doubles +
                                    rings * static_cast<std::int64_t>(sizeof(RingWeight)));
}

SceneScratchLayout SceneScratchLayout::within(const SceneSettings& s, const FftProvider& fft,
                                              int neighbour_reach, int threads,
                                              std::uint64_t budget) {
  SceneScratchLayout layout;
  layout.slots = threads;
  const SceneGeometry whole(s, s.height, s.width);
  const std::int64_t limit = halving_size * whole.step + whole.step - 1;
  // Images just too small for a coarser level need more for their coarse peak than larger ones.
  const std::int64_t carriers = s.mosaic.period * s.mosaic.period - 1;
  fit(layout, whole, carriers);
  fit(layout, SceneGeometry(s, std::min(s.height, limit), s.width), carriers);
  fit(layout, SceneGeometry(s, s.height, std::min(s.width, limit)), carriers);
  layout.sums_doubles = std::max(layout.sums_doubles, ConditionedImage::measure_doubles(s.height));
  if (s.fixed_pattern) {
    layout.table_floats =
        std::max(layout.table_floats, FixedPattern::table_floats(s.height, s.width));
  }
  const DecimationFilter fine(whole.step);
  const DecimationFilter coarse(2);
  const std::int64_t profile = s.fixed_pattern ? good_fft_size(std::max(s.height, s.width)) : 0;
  const std::int64_t longest = std::max({whole.fine_fft[0], whole.fine_fft[1], whole.coarse_fft[0],
                                         whole.coarse_fft[1], limit * 2, profile});
  layout.slot_floats = std::max({
      2 * longest * fft.lanes + transform_floats(fft, longest, !s.circular),
      decimation_floats(fine, s.width, whole.fine[1]) +
          RowReader::floats(s.width, neighbour_reach) + 64,
      decimation_floats(coarse, whole.fine[1], whole.coarse[1]) + 64,
  });
  layout.slot_floats = (layout.slot_floats + 15) / 16 * 16;
  if (layout.total_bytes() > budget) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "options: images of ", s.height, " x ", s.width,
         " need a memory budget of at least ", layout.total_bytes(), " bytes, got ", budget);
  }
  return layout;
}

}  // namespace ptychopatch
