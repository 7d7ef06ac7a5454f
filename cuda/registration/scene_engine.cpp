// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_engine.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "cuda/registration/image_groups.hpp"
#include "cuda/registration/image_loader.hpp"
#include "cuda/registration/reference_waves.hpp"
#include "cuda/registration/scene_passes.hpp"
#include "cuda/registration/scene_workspace.hpp"
#include "cuda/registration/second_shift.hpp"
#include "cuda/registration/tile_shifts.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {
namespace {

// The maximum-likelihood method, some images at a time. What is decided between rounds, the host
// decides: it waits for a batch once a round, never for one image.
class CudaSceneEngine final : public SceneEngine {
 public:
  CudaSceneEngine(const SceneSettings& settings, const Machine& machine)
      : settings_(settings),
        machine_(machine),
        loader_bytes_(bytes_beside_scene(settings)),
        loader_(std::make_unique<ImageLoader>(settings, machine)),
        carrier_count_(leaking_carriers(settings.cfa, carriers_)) {
    const SceneGeometry geometry(settings, settings.height, settings.width);
    if (settings.motion != PPATCH_MOTION_MODEL_NONE) {
      tiles_ = std::make_unique<CudaTileEngine>(settings, machine);
    }
    if (!geometry.is_too_small()) take_space(geometry);
  }

  ~CudaSceneEngine() override { stream_.drain(machine_.settings.device); }

  void set_stream(void* stream) override {
    const device::Selection selected(machine_.settings.device);
    stream_.set(stream);
  }

  void set_reference(const SceneImageView& reference) override {
    reference_ = reference;
    geometry_ = SceneGeometry();
  }

  void align(std::int64_t count, const SceneImageView* moving, ShiftSink& sink) override {
    const device::Range range("ptychopatch align");
    const device::Selection selected(machine_.settings.device);
    const StreamUse stream(stream_);
    const auto begun = [&](const SceneImageView& view) {
      return begun_answer(reference_, view, PPATCH_BACKEND_CUDA);
    };
    const auto geometry_of = [&](const ppatch_shift& result) {
      return SceneGeometry(settings_, result.common_height, result.common_width);
    };
    // A call that ended early may have left slots named and not filled.
    if (!std::exchange(slots_are_filled_, false)) waves_.reset(space_.plan);
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
      for (; n < space_.plan.images && j + n < count; ++n) {
        const ppatch_shift result = begun(moving[j + n]);
        if (!(geometry_of(result) == geometry)) break;
        images_[static_cast<std::size_t>(n)] = BatchImage();
        images_[static_cast<std::size_t>(n)].result = result;
      }
      align_batch(n, moving + j);
      for (std::int64_t i = 0; i < n; ++i) {
        ppatch_shift& result = images_[static_cast<std::size_t>(i)].result;
        SceneMotion* const motion = sink.motion();
        if (motion) measure_motion(i, result, *motion);
        sink.take(j + i, result);
      }
      j += n;
    }
    slots_are_filled_ = true;
  }

  std::uint64_t scratch_bytes() const override { return space_.memory.bytes() + loader_bytes_; }

 private:
  void measure_motion(std::int64_t i, ppatch_shift& result, SceneMotion& motion) {
    ScenePlane reference[SceneGeometry::max_scales];
    ScenePlane moving[SceneGeometry::max_scales];
    space_.memory.reference_planes(reference);
    space_.memory.image_planes(i, moving);
    const SceneImageState* const states = space_.memory.device().image_states;
    tiles_->set_pair({reference[0], states}, {moving[0], states + 1 + i}, result.flags,
                     stream_.get());
    find_motion(*tiles_, geometry_, settings_, result, motion);
  }

  void take_space(const SceneGeometry& geometry) {
    geometry_ = SceneGeometry();
    space_.take(geometry, loader_bytes_, machine_);
    waves_.reset(space_.plan);
    images_.assign(static_cast<std::size_t>(space_.plan.images), BatchImage());
  }

  // The reference's planes and coarse spectrum.
  void prepare(const SceneGeometry& geometry) {
    if (geometry == geometry_) return;
    if (!(geometry == space_.plan.geometry)) take_space(geometry);
    geometry_ = SceneGeometry();
    waves_.reset(space_.plan);
    const device::Stream stream = stream_.get();
    ScenePlane planes[SceneGeometry::max_scales];
    space_.memory.reference_planes(planes);
    loader_->load(reference_, geometry, true, planes, space_.memory.device().image_states, stream);
    const int last = geometry.scales - 1;
    upload_lag_tables(space_.memory, settings_.circular, lag_tables_, stream);
    const ShiftSpectrum spectrum = spectrum_of(geometry, geometry.scales, nullptr, 0);
    WindowJob& job = space_.memory.host().reference_windows[0];
    job = {planes[last].data,
           planes[last].width,
           whole_window(geometry.size[last], settings_.circular),
           space_.memory.slot_taper(0),
           space_.memory.slot_sums(0),
           space_.memory.reference_coarse()};
    space_.memory.upload(stream);
    lay_windows(space_.memory.device().reference_windows, &job, 1, spectrum, stream);
    space_.transforms.one(geometry.scales).forward(job.out, space_.memory.work(), stream);
    space_.memory.download(stream);
    reference_state_ = space_.memory.host().image_states[0];
    geometry_ = geometry;
  }

  void align_batch(std::int64_t count, const SceneImageView* moving) {
    for (auto i = static_cast<std::size_t>(count); i < images_.size(); ++i) {
      images_[i] = BatchImage();
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
    find_others(last);
    for (int scale = last; scale > 0; --scale) {
      find_shifts(scale, coarse_rounds, [](const BatchImage& image) { return image.start; });
      for (BatchImage& image : images_) {
        const FineShift& found = image.search.result();
        if (scale == last) image.coarsest = found;
        if (scale == last && is_ambiguous(image.others, found)) image.result.ambiguity = 1.0;
        next_start(found, image.start);
      }
    }
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      find_shifts(0, last > 0 ? last_rounds : only_rounds,
                  [](const BatchImage& image) { return image.settled ? nullptr : image.start; });
      find_quality(attempt == 0);
    }
    if (last == 0) {
      for (BatchImage& image : images_) image.coarsest = image.found;
    }
    find_second_shifts();
    for (BatchImage& image : images_) {
      if (image.result.status != PPATCH_SHIFT_STATUS_OK) continue;
      complete_answer(image.found, image.quality, geometry_, settings_, image.result);
    }
  }

  // Of images whose shifts few tiles agree with.
  void find_second_shifts() {
    SecondShift second(space_, settings_.circular, stream_.get());
    for (std::size_t i = 0; i < images_.size(); ++i) {
      BatchImage& image = images_[i];
      if (image.result.status != PPATCH_SHIFT_STATUS_OK) continue;
      if (!is_doubtful(image.found, image.quality)) continue;
      if (!is_doubtful(image.coarsest, image.quality)) continue;
      waves_.reset(space_.plan);  // it takes a slot
      if (second.agrees_elsewhere(static_cast<std::int64_t>(i), image.coarsest,
                                  image.result.flags)) {
        image.result.ambiguity = 1.0;
      }
    }
  }

  // What the images align to from the places of second peaks.
  void find_others(int last) {
    for (int kind = 0; kind < 2; ++kind) {
      find_shifts(last, only_rounds, [&](const BatchImage& image) {
        return is_suspicious(image.peak.evidence, kind) ? image.peak.second[kind] : nullptr;
      });
      for (BatchImage& image : images_) {
        image.others[kind] = image.search.result();
        if (!is_suspicious(image.peak.evidence, kind)) {
          image.others[kind].status = PPATCH_SHIFT_STATUS_NOT_CONVERGED;
        }
      }
    }
  }

  void find_coarse_peaks(std::int64_t count, const SceneImageView* moving) {
    const device::Stream stream = stream_.get();
    const SceneMail& host = space_.memory.host();
    const SceneMail& device = space_.memory.device();
    const int last = geometry_.scales - 1;
    const ShiftSpectrum spectrum = spectrum_of(geometry_, geometry_.scales, nullptr, 0);
    ImageNumbers all;
    for (std::int64_t i = 0; i < count; ++i) {
      ScenePlane planes[SceneGeometry::max_scales];
      space_.memory.image_planes(i, planes);
      loader_->load(moving[i], geometry_, false, planes, device.image_states + 1 + i, stream);
      const SceneImageState* const state = device.image_states + 1 + i;
      host.peaks[i] = {space_.memory.weighted(i), space_.memory.moving(i), state,
                       device.shifts + i,         space_.memory.peaks(i),  device.peak_states + i};
      host.shift_states[i] = ShiftState();
      host.shifts[i] = coarse_shift_job(space_.memory, i);
      images_[static_cast<std::size_t>(i)].window =
          whole_window(geometry_.size[last], settings_.circular);
      all.push_back(i);
    }
    // Those that the last group lacks have zeros, which are transformed with it and never read.
    std::int64_t in_groups = count;
    for (; in_groups % space_.plan.together != 0; ++in_groups) {
      host.peaks[in_groups] = {space_.memory.weighted(in_groups),
                               space_.memory.moving(in_groups),
                               device.image_states,
                               nullptr,
                               nullptr,
                               nullptr};
    }
    transform_moving(geometry_.scales, all);
    weigh_surfaces(spectrum, geometry_.copies, device.shifts, device.peaks, count, stream);
    CoarseCross cross;
    cross.spectrum = spectrum;
    cross.reference = space_.memory.reference_coarse();
    cross.reference_image = device.image_states;
    cross.jobs = device.peaks;
    cross.count = in_groups;
    run(cross, stream);
    for_groups(all, space_.plan.together, [&](std::int64_t first, std::int64_t) {
      const device::PlaneTransform& transform = space_.transforms.together(geometry_.scales);
      transform.inverse(space_.memory.moving(first), space_.memory.work(), stream);
      transform.inverse(space_.memory.weighted(first), space_.memory.work(), stream);
    });
    const std::int64_t range[2] = {geometry_.lag_range(0), geometry_.lag_range(1)};
    find_peaks(lags_of(spectrum, range, space_.memory.lag_tables()), device.peaks, count, stream);
    space_.memory.download(stream);
    for (std::int64_t i = 0; i < count; ++i) {
      BatchImage& image = images_[static_cast<std::size_t>(i)];
      const SceneImageState& state = host.image_states[1 + i];
      image.result.status = state.status;
      if (state.status != PPATCH_SHIFT_STATUS_OK) continue;
      image.result.flags = (state.flags | reference_state_.flags) &
                           (PPATCH_SHIFT_FLAG_FIXED_ROWS | PPATCH_SHIFT_FLAG_FIXED_COLUMNS);
      image.peak = coarse_peak_of(host.peak_states[i], geometry_.coarse_fft, range);
      note_peak(image.peak, image.result);
      for (int axis = 0; axis < 2; ++axis) image.start[axis] = image.peak.displacement[axis];
    }
  }

  // start_of tells from where an image's shift is looked for, nullptr: not at all.
  template <class StartOf>
  void find_shifts(int scale, const ShiftRounds& rounds, StartOf&& start_of) {
    for (BatchImage& image : images_) {
      image.window = Window();
      const double* const start =
          image.result.status == PPATCH_SHIFT_STATUS_OK ? start_of(image) : nullptr;
      image.search = start ? ShiftSearch(geometry_.size[scale], start, rounds, settings_.circular,
                                         scale > 0 ? whole_band : image.max_f)
                           : ShiftSearch();
    }
    for (;;) {
      ImageNumbers laid;
      for (std::size_t i = 0; i < images_.size(); ++i) {
        if (!images_[i].search.lay()) continue;
        images_[i].window = images_[i].search.moving_window();
        laid.push_back(static_cast<std::int64_t>(i));
      }
      if (laid.empty()) return;
      run_round(scale, laid);
      for (const std::int64_t i : laid) {
        const ShiftState& state = space_.memory.host().shift_states[i];
        images_[static_cast<std::size_t>(i)].search.advance(state.means, state.fraction,
                                                            state.iterations);
      }
    }
  }

  void run_round(int scale, const ImageNumbers& images) {
    const device::Stream stream = stream_.get();
    const ShiftSpectrum spectrum = spectrum_of(geometry_, scale, carriers_, carrier_count_);
    const auto waves = waves_.plan(scale, images, images_, space_);
    transform_moving(scale, images);
    for (const ReferenceWaves::Wave& wave : waves) {
      waves_.fill(scale, wave, spectrum, space_, stream);
      step_to_shift(spectrum, space_.memory.device().shifts + wave.first, wave.end - wave.first,
                    stream);
    }
    space_.memory.download(stream);
  }

  // Of the shifts that have just been found; those that their tiles contradict are looked for
  // again.
  void find_quality(bool first_time) {
    ImageNumbers good;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      BatchImage& image = images_[i];
      if (image.result.status != PPATCH_SHIFT_STATUS_OK || image.settled) continue;
      // What a later attempt loses was good.
      const FineShift& found = image.search.result();
      if (first_time || found.status == PPATCH_SHIFT_STATUS_OK) image.found = found;
      const bool only_scale = first_time && geometry_.scales == 1;
      if (only_scale && is_ambiguous(image.others, found)) image.result.ambiguity = 1.0;
      image.settled = true;
      if (found.status != PPATCH_SHIFT_STATUS_OK) continue;
      good.push_back(static_cast<std::int64_t>(i));
    }
    if (good.empty()) return;
    const device::Stream stream = stream_.get();
    const SceneMail& device = space_.memory.device();
    const ShiftSpectrum spectrum = spectrum_of(geometry_, 0, carriers_, carrier_count_);
    const auto waves = waves_.plan(0, good, images_, space_);
    space_.memory.upload(stream);
    for (const ReferenceWaves::Wave& wave : waves) {
      waves_.fill(0, wave, spectrum, space_, stream);
      sum_band(spectrum, device.shifts + wave.first, wave.end - wave.first, stream);
    }
    for_groups(good, space_.plan.together, [&](std::int64_t first, std::int64_t) {
      space_.transforms.together(0).inverse(space_.memory.moving(first), space_.memory.work(),
                                            stream);
      space_.transforms.together(0).inverse(space_.memory.weighted(first), space_.memory.work(),
                                            stream);
    });
    sum_tiles(spectrum, device.shifts, space_.memory.host().shifts,
              static_cast<std::int64_t>(good.size()), stream);
    space_.memory.download(stream);
    for (const std::int64_t i : good) {
      BatchImage& image = images_[static_cast<std::size_t>(i)];
      const ShiftState& state = space_.memory.host().shift_states[i];
      image.quality = shift_quality_of(image.found, geometry_.fft[0], state.band, state.tiles);
      image.settled = !next_attempt(image.found, image.quality, image.start, image.max_f);
    }
  }

  void transform_moving(int scale, const ImageNumbers& images) {
    ppatch::transform_moving(space_, spectrum_of(geometry_, scale, carriers_, carrier_count_),
                             scale, images, images_, stream_.get());
  }

  SceneSettings settings_;
  const Machine& machine_;
  PlanStream stream_;
  std::uint64_t loader_bytes_;
  std::unique_ptr<ImageLoader> loader_;
  std::unique_ptr<CudaTileEngine> tiles_;  // where motion is asked for
  Carrier carriers_[max_carriers];
  int carrier_count_;

  SceneWorkspace space_;
  ReferenceWaves waves_;
  bool slots_are_filled_ = true;  // that are named

  SceneImageView reference_;
  SceneGeometry geometry_;  // of the reference's planes; none where the sizes are zero
  SceneImageState reference_state_;
  std::vector<BatchImage> images_;
  std::vector<float> lag_tables_;
};

}  // namespace

std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings& settings,
                                               const Machine& machine) {
  return std::make_unique<CudaSceneEngine>(settings, machine);
}

}  // namespace ppatch
