// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_engine.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "cuda/registration/scene_passes.hpp"

namespace ppatch {
namespace {

bool may_do_with_less(const Error& error) {
  return error.status() == PPATCH_ERROR_OUT_OF_MEMORY || error.status() == PPATCH_ERROR_UNSUPPORTED;
}

}  // namespace

std::uint64_t CudaSceneEngine::bytes(const SceneSettings& settings, std::uint64_t budget) {
  const std::uint64_t loader =
      ImageLoader::scratch_bytes(settings) + ImageLoader::pinned_bytes(settings);
  if (SceneGeometry(settings, settings.height, settings.width).is_too_small()) return loader;
  const SceneMemoryPlan layout = scene_layout_within(settings, loader, budget);
  return layout.device_bytes() + layout.pinned_bytes() + loader;
}

CudaSceneEngine::CudaSceneEngine(const SceneSettings& settings, const Machine& machine)
    : settings_(settings),
      machine_(machine),
      loader_bytes_(ImageLoader::scratch_bytes(settings) + ImageLoader::pinned_bytes(settings)),
      loader_(std::make_unique<ImageLoader>(settings, machine)),
      carrier_count_(leaking_carriers(settings.cfa, carriers_)) {
  const SceneGeometry geometry(settings, settings.height, settings.width);
  if (!geometry.is_too_small()) take_memory(geometry);
}

CudaSceneEngine::~CudaSceneEngine() {
  // Memory goes back to the caller's allocator, which knows nothing of the stream.
  try {
    const device::Selection selected(machine_.settings.device);
    device::synchronize(stream_.get());
  } catch (const Error&) {
  }
}

void CudaSceneEngine::set_reference(const SceneImageView& reference) {
  reference_ = reference;
  geometry_ = SceneGeometry();
}

// Transforms and memory for images of that geometry, as many at a time as can be had.
void CudaSceneEngine::take_memory(const SceneGeometry& geometry) {
  geometry_ = SceneGeometry();
  const std::uint64_t budget = machine_.settings.memory_budget;
  const std::uint64_t room = budget - std::min(budget, loader_bytes_);
  std::int64_t together = SceneMemoryPlan::planes_together(geometry);
  std::int64_t most = SceneMemoryPlan(geometry, together).max_images();
  for (;;) {
    SceneMemoryPlan layout(geometry, together);
    try {
      SceneTransforms transforms(layout);
      layout.work_bytes = transforms.work_bytes();
      layout.choose_images(most, room);
      if (layout.device_bytes() + layout.pinned_bytes() > room) {
        fail(PPATCH_ERROR_OUT_OF_MEMORY, "images of ", geometry.height, " x ", geometry.width,
             " need a memory budget of at least ",
             layout.device_bytes() + layout.pinned_bytes() + loader_bytes_, " bytes, got ", budget);
      }
      memory_.take(layout, machine_.allocator);
      transforms_ = std::move(transforms);
      layout_ = layout;
      break;
    } catch (const Error& error) {
      memory_.release();
      const std::int64_t tried = layout.images > 0 ? layout.images : most;
      if (!may_do_with_less(error) || tried == 1) throw;
      most = tried / 2;
      together = std::min(together, most);
      machine_.callbacks().log(PPATCH_LOG_LEVEL_WARNING, "scene plan: ", tried,
                               " images at a time fail, trying ", most, ": ", error.what());
    }
  }
  slots_.reset(layout_.slots);
  images_.assign(static_cast<std::size_t>(layout_.images), Image());
  slot_of_window_.assign(static_cast<std::size_t>(layout_.images), -1);
}

// The reference's planes and coarse spectrum.
void CudaSceneEngine::prepare(const SceneGeometry& geometry) {
  if (geometry == geometry_) return;
  if (!(geometry == layout_.geometry)) take_memory(geometry);
  geometry_ = SceneGeometry();
  slots_.reset(layout_.slots);
  const device::Stream stream = stream_.get();
  ScenePlane planes[SceneGeometry::max_scales];
  memory_.reference_planes(planes);
  loader_->load(reference_, geometry, true, planes, memory_.device().image_states, stream);
  const int last = geometry.scales - 1;
  const ShiftSpectrum spectrum = spectrum_of(geometry, geometry.scales, nullptr, 0);
  WindowJob& job = memory_.host().reference_windows[0];
  job = window_job(planes[last], whole_window(geometry.size[last], settings_.circular));
  job.taper = memory_.slot_taper(0);
  job.sums = memory_.slot_sums(0);
  job.out = memory_.reference_coarse();
  memory_.send(stream);
  lay_windows(memory_.device().reference_windows, &job, 1, spectrum, stream);
  transforms_.one(geometry.scales).forward(job.out, memory_.work(), stream);
  memory_.fetch(stream);
  reference_state_ = memory_.host().image_states[0];
  geometry_ = geometry;
}

void CudaSceneEngine::align(std::int64_t count, const SceneImageView* moving, ShiftSink& sink) {
  const device::Selection selected(machine_.settings.device);
  const auto begun = [&](const SceneImageView& view) {
    return begun_answer(reference_, view, PPATCH_BACKEND_CUDA);
  };
  const auto geometry_of = [&](const ppatch_shift& result) {
    return SceneGeometry(settings_, result.common_height, result.common_width);
  };
  // A call that ended early may have left slots named and not filled.
  if (!std::exchange(slots_filled_, false)) slots_.reset(layout_.slots);
  std::int64_t j = 0;
  while (j < count) {
    ppatch_shift first = begun(moving[j]);
    const SceneGeometry geometry = geometry_of(first);
    if (geometry.is_too_small()) {
      first.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
      sink.take(j++, first);
      continue;
    }
    prepare(geometry);
    std::int64_t n = 0;
    for (; n < layout_.images && j + n < count; ++n) {
      const ppatch_shift result = begun(moving[j + n]);
      if (!(geometry_of(result) == geometry)) break;
      images_[static_cast<std::size_t>(n)] = Image();
      images_[static_cast<std::size_t>(n)].result = result;
    }
    align_batch(n, moving + j);
    for (std::int64_t i = 0; i < n; ++i) {
      sink.take(j + i, images_[static_cast<std::size_t>(i)].result);
    }
    j += n;
  }
  slots_filled_ = true;
}

void CudaSceneEngine::align_batch(std::int64_t count, const SceneImageView* moving) {
  for (auto i = static_cast<std::size_t>(count); i < images_.size(); ++i) {
    images_[i] = Image();
    images_[i].result.status = PPATCH_SHIFT_STATUS_FLAT;  // there is none
  }
  if (reference_state_.status != PPATCH_SHIFT_STATUS_OK) {
    for (std::int64_t i = 0; i < count; ++i) {
      images_[static_cast<std::size_t>(i)].result.status = PPATCH_SHIFT_STATUS_REFERENCE;
    }
    return;
  }
  find_coarse_peaks(count, moving);
  const int last = geometry_.scales - 1;
  for (int level = last; level > 0; --level) {
    find_shifts(level, coarse_rounds);
    for (Image& image : images_) next_start(image.search.result(), image.start);
  }
  find_shifts(0, last > 0 ? last_rounds : only_rounds);
  find_quality();
}

void CudaSceneEngine::find_coarse_peaks(std::int64_t count, const SceneImageView* moving) {
  const device::Stream stream = stream_.get();
  const SceneMail& host = memory_.host();
  const SceneMail& device = memory_.device();
  const int last = geometry_.scales - 1;
  const ShiftSpectrum spectrum = spectrum_of(geometry_, geometry_.scales, nullptr, 0);
  Chosen all;
  for (std::int64_t i = 0; i < count; ++i) {
    ScenePlane planes[SceneGeometry::max_scales];
    memory_.image_planes(i, planes);
    loader_->load(moving[i], geometry_, false, planes, device.image_states + 1 + i, stream);
    host.peaks[i] = {memory_.weighted(i), memory_.moving(i), device.image_states + 1 + i,
                     memory_.peaks(i), device.peak_states + i};
    images_[static_cast<std::size_t>(i)].window =
        whole_window(geometry_.size[last], settings_.circular);
    all.push_back(i);
  }
  transform_moving(geometry_.scales, all);
  CoarseCross cross;
  cross.spectrum = spectrum;
  cross.reference = memory_.reference_coarse();
  cross.reference_image = device.image_states;
  cross.jobs = device.peaks;
  cross.count = count;
  cross_coarsely(cross, stream);
  for_groups(all, [&](std::int64_t first, std::int64_t) {
    const device::PlaneTransform& transform = transforms_.together(geometry_.scales);
    transform.inverse(memory_.moving(first), memory_.work(), stream);
    transform.inverse(memory_.weighted(first), memory_.work(), stream);
  });
  find_peaks(geometry_, device.peaks, count, stream);
  memory_.fetch(stream);
  for (std::int64_t i = 0; i < count; ++i) {
    Image& image = images_[static_cast<std::size_t>(i)];
    const SceneImageState& state = host.image_states[1 + i];
    const CoarseState& peak = host.peak_states[i];
    image.result.status = state.status;
    if (state.status != PPATCH_SHIFT_STATUS_OK) continue;
    image.result.flags = (state.flags | reference_state_.flags) &
                         (PPATCH_SHIFT_FLAG_FIXED_ROWS | PPATCH_SHIFT_FLAG_FIXED_COLUMNS);
    image.result.second_peak_ratio = peak.second_ratio;
    if (!peak.found) image.result.status = PPATCH_SHIFT_STATUS_UNRELATED;
    for (int axis = 0; axis < 2; ++axis) image.start[axis] = peak.displacement[axis];
  }
}

void CudaSceneEngine::find_shifts(int level, const ShiftRounds& rounds) {
  for (Image& image : images_) {
    image.window = Window();
    image.search = image.result.status == PPATCH_SHIFT_STATUS_OK
                       ? ShiftSearch(geometry_.size[level], image.start, rounds, settings_.circular)
                       : ShiftSearch();
  }
  for (;;) {
    Chosen laid;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (!images_[i].search.lay()) continue;
      images_[i].window = images_[i].search.moving_window();
      laid.push_back(static_cast<std::int64_t>(i));
    }
    if (laid.empty()) return;
    run_round(level, laid);
    for (const std::int64_t i : laid) {
      const ShiftState& state = memory_.host().shift_states[i];
      images_[static_cast<std::size_t>(i)].search.advance(state.coherence, state.rest,
                                                          state.iterations);
    }
  }
}

void CudaSceneEngine::run_round(int level, const Chosen& images) {
  const device::Stream stream = stream_.get();
  const ShiftSpectrum spectrum = spectrum_of(geometry_, level, carriers_, carrier_count_);
  const std::vector<Wave> waves = plan_waves(level, images);
  transform_moving(level, images);
  for (const Wave& wave : waves) {
    fill_slots(level, wave);
    step_to_shift(spectrum, memory_.device().shifts + wave.first, wave.end - wave.first, stream);
  }
  memory_.fetch(stream);
}

void CudaSceneEngine::find_quality() {
  Chosen good;
  for (std::size_t i = 0; i < images_.size(); ++i) {
    Image& image = images_[i];
    if (image.result.status != PPATCH_SHIFT_STATUS_OK) continue;
    if (image.search.result().status == PPATCH_SHIFT_STATUS_OK) {
      good.push_back(static_cast<std::int64_t>(i));
    } else {
      complete_answer(image.search.result(), ShiftQuality(), geometry_.step, image.result);
    }
  }
  if (good.empty()) return;
  const device::Stream stream = stream_.get();
  const SceneMail& device = memory_.device();
  const ShiftSpectrum spectrum = spectrum_of(geometry_, 0, carriers_, carrier_count_);
  const std::vector<Wave> waves = plan_waves(0, good);
  memory_.send(stream);
  for (const Wave& wave : waves) {
    fill_slots(0, wave);
    sum_band(spectrum, device.shifts + wave.first, wave.end - wave.first, stream);
  }
  for_groups(good, [&](std::int64_t first, std::int64_t) {
    transforms_.together(0).inverse(memory_.moving(first), memory_.work(), stream);
    transforms_.together(0).inverse(memory_.weighted(first), memory_.work(), stream);
  });
  sum_tiles(spectrum, device.shifts, memory_.host().shifts, static_cast<std::int64_t>(good.size()),
            stream);
  memory_.fetch(stream);
  for (const std::int64_t i : good) {
    Image& image = images_[static_cast<std::size_t>(i)];
    const ShiftState& state = memory_.host().shift_states[i];
    const FineShift& shift = image.search.result();
    TileSums tiles;
    std::copy(state.tiles, state.tiles + 3, tiles.hessian);
    std::copy(state.tiles + 3, state.tiles + 6, tiles.squares);
    const bool enough = CovarianceTiles(shift.overlap).enough();
    complete_answer(
        shift, shift_quality_of(shift, geometry_.fft[0], state.band, enough ? &tiles : nullptr),
        geometry_.step, image.result);
  }
}

WindowJob CudaSceneEngine::window_job(const ScenePlane& plane, const Window& window) const {
  WindowJob job;
  job.plane = plane.data;
  job.stride = plane.width;
  job.y = window.y;
  job.x = window.x;
  job.height = window.height;
  job.width = window.width;
  job.edge = window.edge;
  job.shift_y = window.shift_y;
  job.shift_x = window.shift_x;
  return job;
}

template <class Each>
void CudaSceneEngine::for_groups(const Chosen& images, Each&& each) const {
  std::int64_t next = 0;
  for (const std::int64_t i : images) {
    if (i < next) continue;
    const std::int64_t first = i / layout_.together * layout_.together;
    next = first + layout_.together;
    each(first, next);
  }
}

// Images of a group that need no other spectrum get the same one again.
void CudaSceneEngine::transform_moving(int level, const Chosen& images) {
  const device::Stream stream = stream_.get();
  const SceneMail& host = memory_.host();
  const ShiftSpectrum spectrum = spectrum_of(geometry_, level, carriers_, carrier_count_);
  const int plane_level = std::min(level, geometry_.scales - 1);
  std::int64_t count = 0;
  for_groups(images, [&](std::int64_t first, std::int64_t end) {
    for (std::int64_t i = first; i < end; ++i) {
      ScenePlane planes[SceneGeometry::max_scales];
      memory_.image_planes(i, planes);
      WindowJob& job = host.moving_windows[count++];
      job = window_job(planes[plane_level], images_[static_cast<std::size_t>(i)].window);
      job.taper = memory_.taper(i);
      job.sums = memory_.sums(i);
      job.out = memory_.moving(i);
    }
  });
  memory_.send(stream);
  lay_windows(memory_.device().moving_windows, host.moving_windows, count, spectrum, stream);
  for_groups(images, [&](std::int64_t first, std::int64_t) {
    transforms_.together(level).forward(memory_.moving(first), memory_.work(), stream);
  });
}

// The jobs of images whose searches have laid windows, and the windows of the reference that they
// need.
std::vector<CudaSceneEngine::Wave> CudaSceneEngine::plan_waves(int level, const Chosen& images) {
  const auto search = [&](std::int64_t i) -> const ShiftSearch& {
    return images_[static_cast<std::size_t>(i)].search;
  };
  const auto key = [&](std::int64_t i) {
    const Window& window = search(i).reference_window();
    return std::make_tuple(window.y, window.x, window.height, window.width, i);
  };
  Chosen order = images;
  std::sort(order.begin(), order.end(),
            [&](std::int64_t a, std::int64_t b) { return key(a) < key(b); });
  const SceneMail& host = memory_.host();
  const SceneMail& device = memory_.device();
  ScenePlane reference[SceneGeometry::max_scales];
  memory_.reference_planes(reference);
  std::vector<Wave> waves = {{0, 0, 0, 0}};
  slots_.begin_wave();
  for (const std::int64_t i : order) {
    const Window& window = search(i).reference_window();
    ReferenceSlots::Found found = slots_.find(level, window);
    if (found.slot < 0) {
      const Wave& full = waves.back();
      waves.push_back({full.end, full.end, full.end_window, full.end_window});
      slots_.begin_wave();
      found = slots_.find(level, window);
    }
    Wave& wave = waves.back();
    if (!found.held) {
      slot_of_window_[static_cast<std::size_t>(wave.end_window)] = found.slot;
      WindowJob& job = host.reference_windows[wave.end_window++];
      job = window_job(reference[level], window);
      job.taper = memory_.slot_taper(found.slot);
      job.sums = memory_.slot_sums(found.slot);
      job.out = memory_.slot(found.slot);
    }
    const FineShift& shift = search(i).result();
    ShiftState& state = host.shift_states[i];
    state = ShiftState();
    ShiftJob& job = host.shifts[wave.end++];
    job = ShiftJob();
    job.reference = memory_.slot(found.slot);
    job.moving = memory_.moving(i);
    job.weighted = memory_.weighted(i);
    job.phases = memory_.phases(i);
    job.weights = memory_.weights(i);
    job.sums = memory_.sums(i);
    job.state = device.shift_states + i;
    job.independent = shift.share_of(geometry_.fft[level]);
    job.flags = images_[static_cast<std::size_t>(i)].result.flags;
    job.tiles = CovarianceTiles(shift.overlap);
    if (!job.tiles.enough()) job.tiles.looked_at = 0;
    for (int axis = 0; axis < 2; ++axis) {
      state.rest[axis] = shift.fraction(axis);
      job.displacement[axis] = shift.displacement[axis];
    }
  }
  return waves;
}

void CudaSceneEngine::fill_slots(int level, const Wave& wave) {
  const device::Stream stream = stream_.get();
  const std::int64_t count = wave.end_window - wave.first_window;
  if (count == 0) return;
  const ShiftSpectrum spectrum = spectrum_of(geometry_, level, carriers_, carrier_count_);
  lay_windows(memory_.device().reference_windows + wave.first_window,
              memory_.host().reference_windows + wave.first_window, count, spectrum, stream);
  for (std::int64_t w = wave.first_window; w < wave.end_window; ++w) {
    const std::int64_t slot = slot_of_window_[static_cast<std::size_t>(w)];
    transforms_.one(level).forward(memory_.slot(slot), memory_.work(), stream);
  }
}

}  // namespace ppatch
