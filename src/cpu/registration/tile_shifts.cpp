// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/tile_shifts.hpp"

#include <algorithm>

#include "cpu/registration/spectrum_pass.hpp"

namespace ppatch {

CpuTileEngine::MemoryPlan::MemoryPlan(const SceneSettings& settings, const SceneMachine& machine) {
  const SceneGeometry whole(settings, settings.height, settings.width);
  const std::int64_t side = MotionGrid::max_side_of(whole.size[0]);
  if (side == 0) return;
  slots = machine.arena->num_threads();
  const std::int64_t carriers = settings.cfa.period * settings.cfa.period - 1;
  spectrum_floats = PlaneFft::floats_of(side, side);
  table_floats = whole_lines(tables_floats(side, side, carriers));
  sums_doubles = ppatch::sums_doubles(side, side);
  rings = ring_count(side, side);
  fft_floats = whole_lines(max_slot_floats(machine.fft, side, true));
  // Two spectra, a tile that is warped, tables, a transform's slabs.
  slot_floats = 2 * spectrum_floats + whole_lines(side * side) + table_floats + fft_floats;
  lag_floats = lag_table_floats(side, side);
  warp_floats = warp_table_floats;
}

std::uint64_t CpuTileEngine::MemoryPlan::bytes() const {
  return static_cast<std::uint64_t>(4 * (slots * slot_floats + lag_floats + warp_floats) +
                                    8 * slots * sums_doubles +
                                    slots * rings * static_cast<std::int64_t>(sizeof(RingWeight)));
}

std::uint64_t CpuTileEngine::bytes(const SceneSettings& settings, const SceneMachine& machine) {
  return MemoryPlan(settings, machine).bytes();
}

CpuTileEngine::CpuTileEngine(const SceneSettings& settings, const SceneMachine& machine)
    : machine_(machine), plan_(settings, machine) {
  const Allocator& allocator = *machine.settings->allocator;
  slots_ = Buffer<float>(allocator, plan_.slots * plan_.slot_floats);
  lag_tables_ = Buffer<float>(allocator, plan_.lag_floats);
  warp_table_ = Buffer<float>(allocator, plan_.warp_floats);
  sums_ = Buffer<double>(allocator, plan_.slots * plan_.sums_doubles);
  weights_ = Buffer<RingWeight>(allocator, plan_.slots * plan_.rings);
  for (std::int64_t i = 0; i < plan_.warp_floats; ++i) warp_table_.data()[i] = warp_tap(i);
}

void CpuTileEngine::set_planes(const Plane& reference, const Plane& moving, const Band& band) {
  reference_ = reference;
  moving_ = moving;
  band_ = band;
}

void CpuTileEngine::set_tile(const SceneGeometry& tile) {
  if (tile == tile_) return;
  tile_ = SceneGeometry();
  const auto transform = [&](const std::int64_t size[2]) {
    return PlaneFft(machine_.fft, *machine_.slabs, size[0], size[1]);
  };
  fft_ = transform(tile.fft[0]);
  coarse_fft_ = transform(tile.coarse_fft);
  fill_lag_tables(tile, false, lag_tables_.data());
  tile_ = tile;
}

EstimateTools CpuTileEngine::tools(int slot) {
  float* const memory = slots_.data() + slot * plan_.slot_floats;
  float* const moving = memory + plan_.spectrum_floats;
  float* const tables = moving + plan_.spectrum_floats;
  return {machine_.loops,
          &serial_,
          memory,
          moving,
          memory,
          {tables + plan_.table_floats, plan_.fft_floats},
          sums_.data() + slot * plan_.sums_doubles,
          nullptr,
          tables,
          weights_.data() + slot * plan_.rings};
}

Plane CpuTileEngine::reference_tile(const TileTask& task) const {
  return {reference_.row(task.first[0]) + task.first[1], tile_.size[0][0], tile_.size[0][1],
          reference_.stride};
}

Plane CpuTileEngine::moving_tile(const TileTask& task, int slot) {
  const std::int64_t side = tile_.size[0][0];
  if (!task.warps) {
    return {moving_.row(task.moving[0]) + task.moving[1], side, side, moving_.stride};
  }
  float* const out = slots_.data() + slot * plan_.slot_floats + 2 * plan_.spectrum_floats +
                     plan_.table_floats + plan_.fft_floats;
  for (std::int64_t v = 0; v < side; ++v) {
    for (std::int64_t u = 0; u < side; ++u) {
      double at[2];
      task.warp.place(v, u, at);
      out[v * side + u] = warped_sample(moving_.data, moving_.stride, at, warp_table_.data());
    }
  }
  return {out, side, side, side};
}

void CpuTileEngine::find_peaks(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                               CoarsePeak* peaks) {
  set_tile(tile);
  const std::int64_t range[2] = {tile.lag_range(0), tile.lag_range(1)};
  Band band;
  band.fft = &coarse_fft_;
  band.excluded = band_.excluded;
  machine_.arena->parallel_for(count, [&](std::int64_t i, int slot) {
    peaks[i] = coarse_peak(reference_tile(tasks[i]), moving_tile(tasks[i], slot), band, range,
                           lag_tables_.data(), tile.copies, false, tools(slot));
  });
}

TileShift CpuTileEngine::find_shift(const TileTask& task, int slot) {
  Band band = band_;
  band.fft = &fft_;
  const EstimateTools with = tools(slot);
  const Plane reference = reference_tile(task);
  const Plane moving = moving_tile(task, slot);
  TileShift out;
  double start[2] = {0.0, 0.0};
  double max_f = whole_band;
  for (int attempt = 0; attempt < tile_attempts; ++attempt) {
    Window held;
    FineShift found =
        fine_shift(reference, moving, band, start, tile_rounds, held, false, with, max_f);
    if (found.status != PPATCH_SHIFT_STATUS_OK) {
      if (attempt == 0) out.shift = found;
      break;
    }
    std::copy(task.displacement, task.displacement + 2, found.apart);
    out.shift = found;
    out.quality = shift_quality(out.shift, band, with);
    if (!next_attempt(out.shift, out.quality, start, max_f)) break;
  }
  return out;
}

void CpuTileEngine::find_shifts(const SceneGeometry& tile, std::int64_t count,
                                const TileTask* tasks, TileShift* shifts) {
  set_tile(tile);
  machine_.arena->parallel_for(
      count, [&](std::int64_t i, int slot) { shifts[i] = find_shift(tasks[i], slot); });
}

}  // namespace ppatch
