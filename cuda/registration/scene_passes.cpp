// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_passes.hpp"

#include <algorithm>

#include "core/registration/shift_answer.hpp"
#include "cuda/registration/kernels/shift_band.hpp"
#include "cuda/registration/kernels/shift_newton.hpp"
#include "cuda/registration/kernels/shift_rings.hpp"
#include "cuda/registration/kernels/shift_tiles.hpp"
#include "cuda/registration/kernels/white_pair.hpp"
#include "cuda/registration/scene_workspace.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {
namespace {

static_assert(fixed_rows_flag == PPATCH_SHIFT_FLAG_FIXED_ROWS);
static_assert(fixed_columns_flag == PPATCH_SHIFT_FLAG_FIXED_COLUMNS);

// Of rings, without regard to phases.
void sum_powers(const ShiftSpectrum& spectrum, const ShiftJob* jobs, std::int64_t count,
                device::Stream stream) {
  const ShiftPhases phases{spectrum, jobs};
  run_each(phases, count * phases.pieces(), stream);
  const std::int64_t rings = ring_count(spectrum.height, spectrum.width);
  const ShiftRingSums sums{spectrum, jobs, count, rings, true};
  run(sums, stream);
  const ShiftRingTotals totals{jobs, rings, sums.chunks()};
  run_each(totals, count * totals.pieces(), stream);
}

}  // namespace

ShiftSpectrum spectrum_of(const SceneGeometry& geometry, int scale, const Carrier* carriers,
                          int carrier_count) {
  const std::int64_t* size = transform_size(geometry, scale);
  ShiftSpectrum spectrum;
  spectrum.height = size[0];
  spectrum.width = size[1];
  spectrum.ring_scale = static_cast<float>(ring_scale(size[0], size[1]));
  const auto lowest = static_cast<float>(lowest_frequency(size[0], size[1]));
  spectrum.min_f2 = lowest * lowest;
  // Only the finest scale has the mosaic's carriers in reach.
  if (scale > 0) return spectrum;
  spectrum.pixels = static_cast<float>(geometry.step);
  spectrum.cycles = 1.0F / spectrum.pixels;
  spectrum.carrier_count = carrier_count;
  std::copy(carriers, carriers + carrier_count, spectrum.carriers);
  return spectrum;
}

void lay_windows(const WindowJob* jobs, const WindowJob* host_jobs, std::int64_t count,
                 const ShiftSpectrum& spectrum, device::Stream stream) {
  std::int64_t samples = 0;
  std::int64_t chunks = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    samples = std::max(samples, host_jobs[i].window.height + host_jobs[i].window.width);
    chunks = std::max(chunks, WindowSums::chunks_of(host_jobs[i]));
  }
  if (samples > 0) {
    run_each(WindowTapers{jobs, samples}, count * samples, stream);
    run(WindowSums{jobs, count, chunks}, stream);
    run_each(WindowTrend{jobs}, count, stream);
  }
  run(WindowRows{jobs, count, spectrum.height, spectrum.row_floats()}, stream);
}

void weigh_surfaces(const ShiftSpectrum& spectrum, int copies, const ShiftJob* shifts,
                    const CoarseJob* jobs, std::int64_t count, device::Stream stream) {
  sum_powers(spectrum, shifts, count, stream);
  const std::int64_t rings = ring_count(spectrum.height, spectrum.width);
  const double scale = ring_scale(spectrum.height, spectrum.width);
  run(CoarseWeights{jobs, count, rings, scale, copies}, stream);
}

void upload_lag_tables(const SceneMemory& memory, bool circular, std::vector<float>& tables,
                       device::Stream stream) {
  const SceneGeometry& geometry = memory.plan().geometry;
  const std::int64_t* n = geometry.coarse_fft;
  const auto floats = static_cast<std::size_t>(lag_table_floats(n[0], n[1]));
  tables.assign(2 * floats, 1.0F);
  fill_lag_tables(geometry, circular, tables.data());
  device::copy_to_device(memory.lag_tables(), tables.data(), floats * sizeof(float), stream);
  device::copy_to_device(memory.ones(), tables.data() + floats, floats * sizeof(float), stream);
}

ShiftJob coarse_shift_job(const SceneMemory& memory, std::int64_t i) {
  ShiftJob job;
  job.reference = memory.reference_coarse();
  job.moving = memory.moving(i);
  job.phases = memory.phases(i);
  job.weights = memory.weights(i);
  job.sums = memory.sums(i);
  job.state = memory.device().shift_states + i;
  job.images[0] = memory.device().image_states;
  job.images[1] = memory.device().image_states + 1 + i;
  return job;
}

ShiftJob fine_shift_job(const SceneMemory& memory, std::int64_t i, int scale, std::int64_t slot,
                        const FineShift& shift, std::uint32_t flags) {
  const std::int64_t* size = memory.plan().geometry.fft[scale];
  ShiftJob job;
  job.reference = memory.slot(slot);
  job.moving = memory.moving(i);
  job.weighted = memory.weighted(i);
  job.phases = memory.phases(i);
  job.weights = memory.weights(i);
  job.sums = memory.sums(i);
  job.state = memory.device().shift_states + i;
  job.independent = shift.share_of(size);
  job.floor = shift.floor;
  job.end_ring = shift.end_ring(ring_scale(size[0], size[1]));
  job.split_f2 = static_cast<float>(shift.split_f() * shift.split_f());
  job.flags = flags;
  job.tiles = shift.tiles();
  ShiftState& state = memory.host().shift_states[i];
  state = ShiftState();
  for (int axis = 0; axis < 2; ++axis) {
    job.displacement[axis] = shift.displacement_of(axis);
    state.fraction[axis] = shift.fraction(axis);
  }
  return job;
}

CoarseLags lags_of(const ShiftSpectrum& spectrum, const std::int64_t range[2],
                   const float* tables) {
  CoarseLags lags;
  lags.height = spectrum.height;
  lags.width = spectrum.width;
  lags.row_floats = spectrum.row_floats();
  lags.max_y = range[0];
  lags.max_x = range[1];
  lags.tables = tables;
  return lags;
}

void find_peaks(const CoarseLags& lags, const CoarseJob* jobs, std::int64_t count,
                device::Stream stream) {
  CoarsePeaks peaks;
  peaks.lags = lags;
  peaks.significant = significant_peak;
  peaks.jobs = jobs;
  peaks.count = count;
  for (const bool second : {false, true}) {
    peaks.second = second;
    run(peaks, stream);
    run(CoarseAnswer{peaks}, stream);
  }
}

void step_to_shift(const ShiftSpectrum& spectrum, const ShiftJob* jobs, std::int64_t count,
                   device::Stream stream) {
  const ShiftPhases phases{spectrum, jobs};
  run_each(phases, count * phases.pieces(), stream);
  const std::int64_t rings = ring_count(spectrum.height, spectrum.width);
  const ShiftRingSums ring_sums{spectrum, jobs, count, rings};
  run(ring_sums, stream);
  const ShiftRingTotals totals{jobs, rings, ring_sums.chunks()};
  run_each(totals, count * totals.pieces(), stream);
  run(ShiftRingWeights{jobs, count, rings}, stream);
  // Images that have ended leave all others out.
  const ShiftNewtonSums sums{spectrum, jobs, count};
  for (int i = 0; i < max_steps; ++i) {
    run(sums, stream);
    run(ShiftNewtonStep{spectrum, jobs, count, sums.chunks()}, stream);
  }
}

void sum_band(const ShiftSpectrum& spectrum, const ShiftJob* jobs, std::int64_t count,
              device::Stream stream) {
  const ShiftPhases phases{spectrum, jobs};
  run_each(phases, count * phases.pieces(), stream);
  const ShiftBandSums sums{spectrum, jobs, count};
  run(sums, stream);
  run(ShiftBandTotals{jobs, count, sums.chunks()}, stream);
}

void whiten(const ShiftSpectrum& spectrum, const ShiftJob* job, device::Stream stream) {
  sum_powers(spectrum, job, 1, stream);
  run_each(WhiteWeights{job}, ring_count(spectrum.height, spectrum.width), stream);
  run(ShiftBandSums{spectrum, job, 1}, stream);
}

void sum_tiles(const ShiftSpectrum& spectrum, const ShiftJob* jobs, const ShiftJob* host_jobs,
               std::int64_t count, device::Stream stream) {
  std::int64_t tiles = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    tiles = std::max(tiles, host_jobs[i].tiles.count());
  }
  if (tiles == 0) return;
  run(ShiftTileSums{jobs, count, tiles, spectrum.row_floats()}, stream);
  run(ShiftTileTotals{jobs, count}, stream);
}

}  // namespace ppatch
