// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/ml_engine.hpp"

#include <algorithm>
#include <cstring>

#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/conditioned_image.hpp"
#include "cpu/registration/decimator.hpp"
#include "cpu/registration/fixed_pattern.hpp"
#include "cpu/registration/scene_scratch.hpp"
#include "cpu/registration/shift_estimate.hpp"
#include "cpu/registration/single_scene_engine.hpp"

namespace ppatch {
namespace {

// The rows of a plane as a source to be decimated.
struct PlaneRows {
  const Plane& plane;
  void read(std::int64_t y, float* out) const {
    std::memcpy(out, plane.row(y), static_cast<std::size_t>(plane.width) * sizeof(float));
  }
};

class MlEngine final : public SingleSceneEngine {
 public:
  MlEngine(const SceneSettings& settings, const SceneMachine& machine)
      : settings_(settings),
        machine_(machine),
        neighbours_(settings.mosaic),
        layout_(SceneScratchPlan::within(settings, machine.fft, neighbours_.reach,
                                         machine.arena->num_threads(),
                                         machine.settings->memory_budget)),
        fine_filter_(SceneGeometry(settings, settings.height, settings.width).step),
        coarse_filter_(2) {
    const Allocator& allocator = *machine.settings->allocator;
    for (Buffer<float>* plane : {&reference_fine_, &moving_fine_}) {
      *plane = Buffer<float>(allocator, layout_.fine_floats);
    }
    for (Buffer<float>* plane : {&reference_coarse_, &moving_coarse_}) {
      *plane = Buffer<float>(allocator, layout_.coarse_floats);
    }
    for (Buffer<float>* spectrum : {&reference_spectrum_, &moving_spectrum_}) {
      *spectrum = Buffer<float>(allocator, layout_.spectrum_floats);
    }
    kept_spectrum_ = Buffer<float>(allocator, layout_.kept_floats);
    slots_ = Buffer<float>(allocator, layout_.slots * layout_.slot_floats);
    tables_ = Buffer<float>(allocator, layout_.table_floats);
    sums_ = Buffer<double>(allocator, layout_.sums_doubles);
    weights_ = Buffer<RingWeight>(allocator, layout_.rings);
    carrier_count_ = leaking_carriers(settings.mosaic, carriers_);
  }

  std::uint64_t scratch_bytes() const override { return layout_.total_bytes(); }

  void set_reference(const SceneImageView& reference) override {
    reference_ = reference;
    reference_loaded_ = false;
  }

  ppatch_shift align_one(const SceneImageView& moving) override {
    ppatch_shift result{};
    result.backend = PPATCH_BACKEND_CPU;
    result.common_height = std::min(reference_.height, moving.height);
    result.common_width = std::min(reference_.width, moving.width);
    const SceneGeometry geometry(settings_, result.common_height, result.common_width);
    if (geometry.size[0][0] * geometry.size[0][1] < 16) {
      result.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
      return result;
    }
    if (!reference_loaded_ || !(geometry == geometry_)) set_geometry(geometry);
    if (reference_status_ != PPATCH_SHIFT_STATUS_OK) {
      result.status = PPATCH_SHIFT_STATUS_REFERENCE;
      return result;
    }
    ExcludedLines lines;
    result.status = load(moving, moving_planes(), Clipped::kept, lines);
    if (result.status != PPATCH_SHIFT_STATUS_OK) return result;
    lines.fx = lines.fx || reference_lines_.fx;
    lines.fy = lines.fy || reference_lines_.fy;
    if (lines.fx) result.flags |= PPATCH_SHIFT_FLAG_FIXED_ROWS;
    if (lines.fy) result.flags |= PPATCH_SHIFT_FLAG_FIXED_COLUMNS;
    estimate(lines, result);
    return result;
  }

 private:
  // The levels of an image.
  struct Planes {
    Plane level[SceneGeometry::max_levels];
  };

  Planes planes(Buffer<float>& fine, Buffer<float>& coarse) {
    Planes planes;
    float* data = coarse.data();
    for (int level = 0; level < geometry_.levels; ++level) {
      const std::int64_t height = geometry_.size[level][0];
      const std::int64_t width = geometry_.size[level][1];
      planes.level[level] = {level == 0 ? fine.data() : data, height, width, width};
      if (level > 0) data += height * width;
    }
    return planes;
  }
  Planes reference_planes() { return planes(reference_fine_, reference_coarse_); }
  Planes moving_planes() { return planes(moving_fine_, moving_coarse_); }

  EstimateTools tools() {
    return {machine_.loops,
            machine_.arena,
            reference_spectrum_.data(),
            moving_spectrum_.data(),
            reference_spectrum_.data(),
            {slots_.data(), layout_.slot_floats},
            sums_.data(),
            tables_.data(),
            weights_.data()};
  }

  // Transforms and the reference's planes for a new common area.
  void set_geometry(const SceneGeometry& geometry) {
    // Until all of it is done: memory may run out on the way.
    reference_loaded_ = false;
    kept_window_ = {};
    const auto transform = [&](const std::int64_t size[2]) {
      return PlaneFft(machine_.fft, *machine_.slabs, size[0], size[1]);
    };
    for (int level = 0; level < geometry.levels; ++level) {
      fft_[level] = transform(geometry.fft[level]);
    }
    coarse_fft_ = transform(geometry.coarse_fft);
    geometry_ = geometry;
    reference_status_ = load(reference_, reference_planes(), Clipped::levelled, reference_lines_);
    reference_loaded_ = true;
  }

  ppatch_shift_status load(const SceneImageView& view, const Planes& planes, Clipped clipped,
                           ExcludedLines& excluded) {
    ConditionedImage image(view, geometry_.height, geometry_.width, clipped);
    const bool repairs =
        view.dtype == DType::u16 ? settings_.repair_integers : settings_.repair_floats;
    image.measure(settings_.mosaic, neighbours_, repairs, *machine_.loops, *machine_.arena,
                  sums_.data());
    if (image.levels().status != PPATCH_SHIFT_STATUS_OK) return image.levels().status;
    // Neither spectrum is in use yet.
    FixedPattern pattern(geometry_.height, geometry_.width, *machine_.loops,
                         reference_spectrum_.data(), moving_spectrum_.data());
    const bool looks =
        settings_.fixed_pattern && FixedPattern::applies(geometry_.height, geometry_.width) &&
        FixedPattern::floats(geometry_.height, geometry_.width) <= layout_.spectrum_floats;
    const Boundary beyond = settings_.circular ? Boundary::wrap : Boundary::reflect;
    decimate(
        fine_filter_, geometry_.height, geometry_.width, beyond, *machine_.loops, *machine_.arena,
        slots_.data(), layout_.slot_floats,
        [&](std::int64_t first, std::int64_t end, float* memory) {
          return ObservedRows(RowReader(image, neighbours_, *machine_.loops, memory),
                              looks ? &pattern : nullptr, first, end);
        },
        planes.level[0]);
    excluded =
        looks ? pattern.find(settings_.mosaic.period, machine_.fft, tools()) : ExcludedLines();
    for (int level = 1; level < geometry_.levels; ++level) {
      const Plane& finer = planes.level[level - 1];
      decimate(
          coarse_filter_, finer.height, finer.width, beyond, *machine_.loops, *machine_.arena,
          slots_.data(), layout_.slot_floats,
          [&](std::int64_t, std::int64_t, float*) { return PlaneRows{finer}; },
          planes.level[level]);
    }
    return PPATCH_SHIFT_STATUS_OK;
  }

  // Only the finest level has the mosaic's carriers in reach.
  Band band_of(int level, const ExcludedLines& excluded) {
    Band band;
    band.fft = &fft_[level];
    band.excluded = excluded;
    if (level > 0) return band;
    band.carriers = carriers_;
    band.carrier_count = carrier_count_;
    band.pixels = geometry_.step;
    return band;
  }

  void estimate(const ExcludedLines& excluded, ppatch_shift& result) {
    const Planes reference = reference_planes();
    const Planes moving = moving_planes();
    const int last = geometry_.levels - 1;
    const double coarse_scale = geometry_.step * static_cast<double>(1 << last);
    Band coarse_band;
    coarse_band.fft = &coarse_fft_;
    coarse_band.excluded = excluded;
    const CoarsePeak peak =
        coarse_peak(reference.level[last], moving.level[last], coarse_band, geometry_.coarse_most,
                    second_peak_distance(coarse_scale), settings_.circular, tools());
    result.second_peak_ratio = peak.second_ratio;
    if (!peak.found) {
      result.status = PPATCH_SHIFT_STATUS_UNRELATED;
      return;
    }
    double start[2] = {peak.displacement[0], peak.displacement[1]};
    // What a level finds is where the next finer one begins.
    for (int level = last; level > 0; --level) {
      Window held;
      const FineShift better =
          fine_shift(reference.level[level], moving.level[level], band_of(level, excluded), start,
                     coarse_rounds, held, settings_.circular, tools());
      for (int axis = 0; axis < 2; ++axis) {
        if (better.status == PPATCH_SHIFT_STATUS_OK) start[axis] = better.displacement[axis];
        start[axis] *= 2.0;
      }
    }
    const Band band = band_of(0, excluded);
    Window held;
    EstimateTools fine_tools = tools();
    const bool keeps = last > 0 && layout_.kept_floats >= fft_[0].plane_floats();
    if (keeps) fine_tools.reference_spectrum = kept_spectrum_.data();
    const FineShift shift = fine_shift(reference.level[0], moving.level[0], band, start,
                                       last > 0 ? last_rounds : only_rounds,
                                       keeps ? kept_window_ : held, settings_.circular, fine_tools);
    ShiftQuality quality;
    if (shift.status == PPATCH_SHIFT_STATUS_OK) quality = shift_quality(shift, band, fine_tools);
    complete_answer(shift, quality, geometry_.step, result);
  }

  SceneSettings settings_;
  SceneMachine machine_;
  CfaNeighbours neighbours_;
  SceneScratchPlan layout_;
  DecimationFilter fine_filter_, coarse_filter_;
  Carrier carriers_[max_carriers];
  int carrier_count_ = 0;
  Buffer<float> reference_fine_, moving_fine_, reference_coarse_, moving_coarse_;
  Buffer<float> reference_spectrum_, moving_spectrum_, kept_spectrum_, slots_, tables_;
  Buffer<double> sums_;
  Buffer<RingWeight> weights_;
  SceneImageView reference_;
  SceneGeometry geometry_;  // of the planes
  bool reference_loaded_ = false;
  ppatch_shift_status reference_status_ = PPATCH_SHIFT_STATUS_FLAT;
  ExcludedLines reference_lines_;
  Window kept_window_;  // of the reference's spectrum, from one image of a scene to the next
  PlaneFft fft_[SceneGeometry::max_levels];
  PlaneFft coarse_fft_;
};

}  // namespace

std::uint64_t ml_engine_bytes(const SceneSettings& settings, const SceneMachine& machine) {
  const CfaNeighbours neighbours(settings.mosaic);
  return SceneScratchPlan::within(settings, machine.fft, neighbours.reach,
                                  machine.arena->num_threads(), machine.settings->memory_budget)
      .total_bytes();
}

std::unique_ptr<SceneEngine> make_ml_engine(const SceneSettings& settings,
                                            const SceneMachine& machine) {
  return std::make_unique<MlEngine>(settings, machine);
}

}  // namespace ppatch
