// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/tile_shifts.hpp"

#include <algorithm>

#include "cuda/registration/scene_passes.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {
namespace {

// Tiles of a batch, whatever the budget is: small ones keep no device busy.
constexpr std::int64_t max_tiles = 32;

SceneGeometry largest_tile(const SceneSettings& settings) {
  const SceneGeometry whole(settings, settings.height, settings.width);
  const std::int64_t side = MotionGrid::max_side_of(whole.size[0]);
  return side > 0 ? tile_geometry(settings, side) : SceneGeometry();
}

bool is_none(const SceneGeometry& tile) { return tile.size[0][0] == 0; }

}  // namespace

// Tiles under way; the last are repeated until their number is a whole number of groups.
struct CudaTileEngine::Batch {
  struct Tile {
    TileTask task;
    const float* moving = nullptr;
    std::int64_t stride = 0;
    ShiftSearch search;
    Window reference_window, moving_window;
    double start[2] = {0.0, 0.0};
    TileShift out;
    double max_f = whole_band;  // of the next attempt
    bool settled = false, active = false;
  };
  std::vector<Tile> tiles;
  std::int64_t count = 0;  // that are asked for
};

std::uint64_t CudaTileEngine::bytes(const SceneSettings& settings) {
  if (settings.motion == PPATCH_MOTION_MODEL_NONE) return 0;
  const SceneGeometry tile = largest_tile(settings);
  if (is_none(tile)) return 0;
  SceneMemoryPlan plan(tile, SceneMemoryPlan::planes_together(tile));
  plan.work_bytes = SceneTransforms::work_bytes_of(plan);
  plan.choose_images(max_tiles, UINT64_MAX);
  // What transforms will take is known about.
  const std::uint64_t work = (plan.device_bytes() + plan.pinned_bytes()) / 4 * 5;
  const auto images = static_cast<std::uint64_t>(plan.images);
  return work + warp_table_floats * sizeof(float) + 2 * images * sizeof(WarpJob);
}

CudaTileEngine::CudaTileEngine(const SceneSettings& settings, const Machine& machine)
    : settings_(settings),
      machine_(machine),
      bytes_(bytes(settings)),
      carrier_count_(leaking_carriers(settings.cfa, carriers_)) {
  const SceneGeometry tile = largest_tile(settings);
  if (is_none(tile)) return;
  std::vector<float> table(static_cast<std::size_t>(warp_table_floats));
  for (std::int64_t i = 0; i < warp_table_floats; ++i) {
    table[static_cast<std::size_t>(i)] = warp_tap(i);
  }
  warp_table_ = DeviceBuffer<float>(machine.allocator, warp_table_floats);
  const device::Stream stream = nullptr;
  device::copy_to_device(warp_table_.data(), table.data(), table.size() * sizeof(float), stream);
  device::synchronize(stream);
  prepare(tile);
}

void CudaTileEngine::set_pair(const PairPlane& reference, const PairPlane& moving,
                              std::uint32_t flags, device::Stream stream) {
  reference_ = reference;
  moving_ = moving;
  flags_ = flags;
  stream_ = stream;
}

void CudaTileEngine::prepare(const SceneGeometry& tile) {
  if (tile == space_.plan.geometry) return;
  const std::uint64_t budget = machine_.settings.memory_budget;
  space_.take(tile, budget - std::min(budget, bytes_), machine_);
  const std::int64_t images = space_.plan.images;
  if (warp_jobs_.size() < images) {
    warp_jobs_ = DeviceBuffer<WarpJob>();
    warp_jobs_ = DeviceBuffer<WarpJob>(machine_.allocator, images);
    warp_mail_ = PinnedBuffer();
    warp_mail_ = PinnedBuffer(static_cast<std::uint64_t>(images) * sizeof(WarpJob));
  }
  std::vector<float> tables;
  upload_lag_tables(space_.memory, false, tables, stream_);
  device::synchronize(stream_);
}

template <class Each>
void CudaTileEngine::for_batches(std::int64_t count, Each&& each) const {
  for (std::int64_t first = 0; first < count; first += space_.plan.images) {
    each(first, std::min(count, first + space_.plan.images));
  }
}

void CudaTileEngine::begin(Batch& batch, const TileTask* tasks, std::int64_t count) {
  const std::int64_t together = space_.plan.together;
  batch.count = count;
  batch.tiles.assign(static_cast<std::size_t>((count + together - 1) / together * together),
                     Batch::Tile());
  const std::int64_t side = space_.plan.geometry.size[0][0];
  auto* const jobs = reinterpret_cast<WarpJob*>(warp_mail_.data());
  std::int64_t warps = 0;
  for (std::size_t i = 0; i < batch.tiles.size(); ++i) {
    Batch::Tile& tile = batch.tiles[i];
    tile.task = tasks[std::min(static_cast<std::int64_t>(i), count - 1)];
    const std::int64_t stride = moving_.plane.width;
    if (!tile.task.warps) {
      tile.moving = moving_.plane.data + tile.task.moving[0] * stride + tile.task.moving[1];
      tile.stride = stride;
      continue;
    }
    ScenePlane own;
    space_.memory.image_planes(static_cast<std::int64_t>(i), &own);
    jobs[warps++] = {moving_.plane.data, stride, tile.task.warp, own.data};
    tile.moving = own.data;
    tile.stride = side;
  }
  if (warps == 0) return;
  device::copy_to_device(warp_jobs_.data(), jobs,
                         static_cast<std::uint64_t>(warps) * sizeof(WarpJob), stream_);
  run_each(WarpTiles{warp_jobs_.data(), side, warp_table_.data()}, warps * side * side, stream_);
}

// The windows of both images, and their spectra. Tiles that need no other one get the same again.
void CudaTileEngine::lay(const Batch& batch, int scale) {
  const SceneMail& host = space_.memory.host();
  const SceneMail& device = space_.memory.device();
  const ShiftSpectrum spectrum =
      spectrum_of(space_.plan.geometry, scale, carriers_, carrier_count_);
  const auto count = static_cast<std::int64_t>(batch.tiles.size());
  for (std::int64_t i = 0; i < count; ++i) {
    const Batch::Tile& tile = batch.tiles[static_cast<std::size_t>(i)];
    const std::int64_t stride = reference_.plane.width;
    host.reference_windows[i] = {
        reference_.plane.data + tile.task.first[0] * stride + tile.task.first[1],
        stride,
        tile.reference_window,
        space_.memory.slot_taper(i),
        space_.memory.slot_sums(i),
        space_.memory.slot(i)};
    host.moving_windows[i] = {tile.moving,           tile.stride,
                              tile.moving_window,    space_.memory.taper(i),
                              space_.memory.sums(i), space_.memory.moving(i)};
  }
  space_.memory.upload(stream_);
  lay_windows(device.reference_windows, host.reference_windows, count, spectrum, stream_);
  lay_windows(device.moving_windows, host.moving_windows, count, spectrum, stream_);
  const device::PlaneTransform& transform = space_.transforms.together(scale);
  for (std::int64_t i = 0; i < count; i += space_.plan.together) {
    transform.forward(space_.memory.slot(i), space_.memory.work(), stream_);
    transform.forward(space_.memory.moving(i), space_.memory.work(), stream_);
  }
}

// Back from the spectra that jobs have left.
void CudaTileEngine::transform(const Batch& batch, int scale) const {
  const device::PlaneTransform& transform = space_.transforms.together(scale);
  const auto count = static_cast<std::int64_t>(batch.tiles.size());
  for (std::int64_t i = 0; i < count; i += space_.plan.together) {
    transform.inverse(space_.memory.moving(i), space_.memory.work(), stream_);
    transform.inverse(space_.memory.weighted(i), space_.memory.work(), stream_);
  }
}

void CudaTileEngine::find_peaks(const SceneGeometry& tile, std::int64_t count,
                                const TileTask* tasks, CoarsePeak* peaks) {
  prepare(tile);
  const int scale = tile.scales;  // the coarse peak's
  const SceneMail& host = space_.memory.host();
  const SceneMail& device = space_.memory.device();
  const ShiftSpectrum spectrum = spectrum_of(tile, scale, nullptr, 0);
  for_batches(count, [&](std::int64_t first, std::int64_t end) {
    Batch batch;
    begin(batch, tasks + first, end - first);
    const auto all = static_cast<std::int64_t>(batch.tiles.size());
    for (std::int64_t i = 0; i < all; ++i) {
      Batch::Tile& one = batch.tiles[static_cast<std::size_t>(i)];
      one.reference_window = one.moving_window = whole_window(tile.size[0], false);
      ShiftJob& job = host.shifts[i];
      job = coarse_shift_job(space_.memory, i);
      job.reference = space_.memory.slot(i);
      job.images[0] = reference_.state;
      job.images[1] = moving_.state;
      host.shift_states[i] = ShiftState();
      host.peaks[i] = {space_.memory.weighted(i), space_.memory.moving(i), moving_.state,
                       device.shifts + i,         space_.memory.peaks(i),  device.peak_states + i};
    }
    lay(batch, scale);
    weigh_surfaces(spectrum, tile.copies, device.shifts, device.peaks, all, stream_);
    CoarseCross cross;
    cross.spectrum = spectrum;
    cross.reference_image = reference_.state;
    cross.jobs = device.peaks;
    cross.count = all;
    run(cross, stream_);
    transform(batch, scale);
    const std::int64_t range[2] = {tile.lag_range(0), tile.lag_range(1)};
    ppatch::find_peaks(lags_of(spectrum, range, space_.memory.lag_tables()), device.peaks, all,
                       stream_);
    space_.memory.download(stream_);
    for (std::int64_t i = first; i < end; ++i) {
      peaks[i] = coarse_peak_of(host.peak_states[i - first], tile.coarse_fft, range);
    }
  });
}

// Jobs of the tiles that are active, at what their searches have found; how many.
std::int64_t CudaTileEngine::write_jobs(const Batch& batch) {
  std::int64_t jobs = 0;
  for (std::size_t i = 0; i < batch.tiles.size(); ++i) {
    const Batch::Tile& tile = batch.tiles[i];
    if (!tile.active) continue;
    FineShift shift = tile.search.result();
    std::copy(tile.task.displacement, tile.task.displacement + 2, shift.apart);
    const auto slot = static_cast<std::int64_t>(i);
    space_.memory.host().shifts[jobs++] =
        fine_shift_job(space_.memory, slot, 0, slot, shift, flags_);
  }
  return jobs;
}

// A round of the tiles that are active.
void CudaTileEngine::run_round(Batch& batch) {
  const std::int64_t jobs = write_jobs(batch);
  lay(batch, 0);
  const ShiftSpectrum spectrum = spectrum_of(space_.plan.geometry, 0, carriers_, carrier_count_);
  step_to_shift(spectrum, space_.memory.device().shifts, jobs, stream_);
  space_.memory.download(stream_);
  for (std::size_t i = 0; i < batch.tiles.size(); ++i) {
    if (!batch.tiles[i].active) continue;
    const ShiftState& state = space_.memory.host().shift_states[i];
    batch.tiles[i].search.advance(state.means, state.fraction, state.iterations);
  }
}

void CudaTileEngine::find_quality(Batch& batch) {
  const std::int64_t jobs = write_jobs(batch);
  if (jobs == 0) return;
  const SceneMail& host = space_.memory.host();
  const SceneMail& device = space_.memory.device();
  space_.memory.upload(stream_);
  const ShiftSpectrum spectrum = spectrum_of(space_.plan.geometry, 0, carriers_, carrier_count_);
  sum_band(spectrum, device.shifts, jobs, stream_);
  transform(batch, 0);
  sum_tiles(spectrum, device.shifts, host.shifts, jobs, stream_);
  space_.memory.download(stream_);
  for (std::size_t i = 0; i < batch.tiles.size(); ++i) {
    Batch::Tile& tile = batch.tiles[i];
    if (!tile.active) continue;
    const ShiftState& state = host.shift_states[i];
    tile.out.quality =
        shift_quality_of(tile.out.shift, space_.plan.geometry.fft[0], state.band, state.tiles);
    tile.settled = !next_attempt(tile.out.shift, tile.out.quality, tile.start, tile.max_f);
  }
}

void CudaTileEngine::find_shifts(const SceneGeometry& tile, std::int64_t count,
                                 const TileTask* tasks, TileShift* shifts) {
  prepare(tile);
  for_batches(count, [&](std::int64_t first, std::int64_t end) {
    Batch batch;
    begin(batch, tasks + first, end - first);
    for (int attempt = 0; attempt < tile_attempts; ++attempt) {
      for (Batch::Tile& one : batch.tiles) {
        one.search = one.settled
                         ? ShiftSearch()
                         : ShiftSearch(tile.size[0], one.start, tile_rounds, false, one.max_f);
      }
      for (;;) {
        bool any = false;
        for (Batch::Tile& one : batch.tiles) {
          one.active = one.search.lay();
          any = any || one.active;
          if (!one.active) continue;
          one.reference_window = one.search.reference_window();
          one.moving_window = one.search.moving_window();
        }
        if (!any) break;
        run_round(batch);
      }
      for (Batch::Tile& one : batch.tiles) {
        one.active = false;
        if (one.settled) continue;
        const FineShift& found = one.search.result();
        const bool ok = found.status == PPATCH_SHIFT_STATUS_OK;
        if (attempt == 0 || ok) one.out.shift = found;
        one.settled = true;
        one.active = ok;
      }
      find_quality(batch);
    }
    for (std::int64_t i = first; i < end; ++i) {
      shifts[i] = batch.tiles[static_cast<std::size_t>(i - first)].out;
    }
  });
}

}  // namespace ppatch
