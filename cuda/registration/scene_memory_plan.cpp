// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_memory_plan.hpp"

#include <algorithm>

#include "core/memory_budget.hpp"
#include "core/registration/shift_answer.hpp"
#include "cuda/registration/kernels/shift_band.hpp"
#include "cuda/registration/kernels/shift_rings.hpp"
#include "cuda/registration/kernels/shift_tiles.hpp"
#include "cuda/registration/scene_memory.hpp"
#include "cuda/registration/scene_workspace.hpp"

namespace ppatch {
namespace {

// Floats of a spectrum that one transform alone keeps a device busy with; of small ones several go
// together, and each image has a spectrum of the reference.
constexpr std::int64_t busy_floats = std::int64_t{1} << 20;
constexpr std::int64_t max_together = 8;
constexpr std::int64_t max_large = 8;  // images of a batch
constexpr std::int64_t max_small = 64;
constexpr std::int64_t small_floats = std::int64_t{1} << 23;  // that a batch may come to
constexpr std::int64_t large_slots = 4;

std::int64_t spectrum_floats_of(const std::int64_t size[2]) {
  return size[0] * 2 * (size[1] / 2 + 1);
}

std::int64_t doubles_of(const std::int64_t size[2]) {
  const std::int64_t rings = 4 * ring_count(size[0], size[1]);
  return std::max({blocks_over(size[0], ShiftRingSums::rows) * rings,
                   blocks_over(size[0], shift_rows) * band_sums,
                   tile_sums * CovarianceTiles::max_count(size[0], size[1]),
                   WindowSums::count_of_sums * std::min(blocks_over(size[0], WindowSums::min_rows),
                                                        WindowSums::max_chunks)});
}

}  // namespace

std::int64_t SceneMemoryPlan::planes_together(const SceneGeometry& geometry) {
  std::int64_t floats = spectrum_floats_of(geometry.coarse_fft);
  for (int scale = 0; scale < geometry.scales; ++scale) {
    floats = std::max(floats, spectrum_floats_of(geometry.fft[scale]));
  }
  std::int64_t together = 1;
  while (together < max_together && 2 * together * floats <= busy_floats) together *= 2;
  return together;
}

SceneMemoryPlan::SceneMemoryPlan(const SceneGeometry& of, std::int64_t planes_at_once)
    : geometry(of), together(planes_at_once) {
  for (int scale = 0; scale <= geometry.scales; ++scale) {
    const std::int64_t* size = transform_size(geometry, scale);
    spectrum_floats = std::max(spectrum_floats, spectrum_floats_of(size));
    ShiftSpectrum spectrum;
    spectrum.height = size[0];
    spectrum.width = size[1];
    table_floats = std::max(table_floats, spectrum.table_floats());
    taper_floats = std::max(taper_floats, size[0] + 2 * size[1]);
    rings = std::max(rings, ring_count(size[0], size[1]));
    sums_doubles = std::max(sums_doubles, doubles_of(size));
    if (scale == geometry.scales) continue;
    plane_floats += geometry.size[scale][0] * geometry.size[scale][1];
  }
  coarse_floats = spectrum_floats_of(geometry.coarse_fft);
  // Spectra and tables begin with whole cache lines.
  spectrum_floats = blocks_over(spectrum_floats, 32) * 32;
  table_floats = blocks_over(table_floats, 32) * 32;
  lag_floats = lag_table_floats(geometry.coarse_fft[0], geometry.coarse_fft[1]);
  peaks = CoarsePeaks::kinds * (blocks_over(geometry.coarse_fft[0] + 1, CoarsePeaks::rows) + 1);
}

std::int64_t SceneMemoryPlan::max_images() const {
  const std::int64_t small = std::min(max_small, small_floats / spectrum_floats);
  return std::max(max_large, small / together * together);
}

void SceneMemoryPlan::choose_images(std::int64_t max_images, std::uint64_t bytes) {
  const auto with = [&](std::int64_t count) {
    images = count;
    slots = spectrum_floats <= busy_floats ? images : std::min(images, large_slots);
    return device_bytes() + pinned_bytes();
  };
  std::int64_t count = std::max<std::int64_t>(1, max_images / together) * together;
  while (count > together && with(count) > bytes) count -= together;
  with(count);
}

std::uint64_t SceneMemoryPlan::device_bytes() const { return SceneMemory::device_bytes(*this); }
std::uint64_t SceneMemoryPlan::pinned_bytes() const { return SceneMemory::pinned_bytes(*this); }

SceneMemoryPlan scene_memory_plan_within(const SceneSettings& settings, std::uint64_t loader_bytes,
                                         std::uint64_t budget) {
  const SceneGeometry geometry(settings, settings.height, settings.width);
  SceneMemoryPlan plan(geometry, SceneMemoryPlan::planes_together(geometry));
  plan.work_bytes = SceneTransforms::work_bytes_of(plan);
  plan.choose_images(plan.together, 0);
  require_budget(plan.device_bytes() + plan.pinned_bytes() + loader_bytes, budget);
  plan.choose_images(plan.max_images(), budget - loader_bytes);
  return plan;
}

}  // namespace ppatch
