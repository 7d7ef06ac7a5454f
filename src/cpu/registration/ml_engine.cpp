// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/registration/tile_agreement.hpp"
#include "cpu/fft/plane_fft.hpp"
#include "cpu/registration/image_pyramid.hpp"
#include "cpu/registration/map_search.hpp"
#include "cpu/registration/ml_memory_plan.hpp"
#include "cpu/registration/scene_machine.hpp"
#include "cpu/registration/shift_estimate.hpp"
#include "cpu/registration/tile_shifts.hpp"

namespace ppatch {
namespace {

// How often an image is brought onto its reference by the map of the round before, until that moves
// no corner by so much, samples.
constexpr int max_map_rounds = 4;
constexpr double settled_map = 0.1;

class MlEngine final : public SingleSceneEngine {
 public:
  MlEngine(const SceneSettings& settings, const SceneMachine& machine)
      : settings_(settings),
        machine_(machine),
        pyramids_(settings, machine),
        memory_plan_(MlMemoryPlan::within(settings, machine, pyramids_.neighbour_reach())) {
    const Allocator& allocator = *machine.settings->allocator;
    for (Buffer<float>* plane : {&reference_fine_, &moving_fine_}) {
      *plane = Buffer<float>(allocator, memory_plan_.fine_floats);
    }
    for (Buffer<float>* plane : {&reference_coarse_, &moving_coarse_}) {
      *plane = Buffer<float>(allocator, memory_plan_.coarse_floats);
    }
    for (Buffer<float>* spectrum : {&reference_spectrum_, &moving_spectrum_}) {
      *spectrum = Buffer<float>(allocator, memory_plan_.spectrum_floats);
    }
    kept_spectrum_ = Buffer<float>(allocator, memory_plan_.kept_floats);
    slots_ = Buffer<float>(allocator, memory_plan_.slots * memory_plan_.slot_floats);
    tables_ = Buffer<float>(allocator, memory_plan_.table_floats);
    lag_tables_ = Buffer<float>(allocator, memory_plan_.lag_floats);
    ones_ = Buffer<float>(allocator, memory_plan_.longest_fft);
    std::fill_n(ones_.data(), memory_plan_.longest_fft, 1.0F);
    sums_ = Buffer<double>(allocator, memory_plan_.sums_doubles);
    tile_sums_ = Buffer<double>(allocator, memory_plan_.tile_doubles);
    weights_ = Buffer<RingWeight>(allocator, memory_plan_.rings);
    if (settings.motion != PPATCH_MOTION_MODEL_NONE) tiles_.emplace(settings, machine);
    if (settings.searches_maps) {
      warped_ = Buffer<float>(allocator, memory_plan_.warped_floats);
      maps_.emplace(settings, machine);
    }
    carrier_count_ = leaking_carriers(settings.cfa, carriers_);
  }

  std::uint64_t scratch_bytes() const override { return memory_plan_.total_bytes(); }

  void set_reference(const SceneImageView& reference) override {
    reference_ = reference;
    reference_loaded_ = false;
  }

  ppatch_shift align_one(const SceneImageView& moving, SceneMotion* motion) override {
    ppatch_shift result = begun_answer(reference_, moving, PPATCH_BACKEND_CPU);
    const SceneGeometry geometry(settings_, result.common_height, result.common_width);
    if (geometry.is_too_small()) {
      result.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
      return result;
    }
    if (!reference_loaded_ || !(geometry == geometry_)) set_geometry(geometry);
    if (reference_status_ != PPATCH_SHIFT_STATUS_OK) {
      result.status = PPATCH_SHIFT_STATUS_REFERENCE;
      return result;
    }
    ExcludedLines lines;
    result.status = build(moving, moving_pyramid(), Clipped::kept, lines);
    if (result.status != PPATCH_SHIFT_STATUS_OK) return result;
    lines.fx = lines.fx || reference_lines_.fx;
    lines.fy = lines.fy || reference_lines_.fy;
    if (lines.fx) result.flags |= PPATCH_SHIFT_FLAG_FIXED_ROWS;
    if (lines.fy) result.flags |= PPATCH_SHIFT_FLAG_FIXED_COLUMNS;
    if (maps_ && motion) {
      search(lines, result, *motion);
      return result;
    }
    estimate(lines, result);
    if (motion && tiles_) {
      tiles_->set_planes(reference_pyramid().scale[0], moving_pyramid().scale[0],
                         band_of(0, lines));
      find_motion(*tiles_, geometry_, settings_, result, *motion);
    }
    return result;
  }

 private:
  // Finds the map, then all that is found of an image that it has brought onto the reference.
  void search(const ExcludedLines& lines, ppatch_shift& result, SceneMotion& motion) {
    const int last = geometry_.scales - 1;
    const Plane reference = reference_pyramid().scale[last];
    const Plane moving = moving_pyramid().scale[last];
    Band band;
    band.fft = &coarse_fft_;
    ImageMap map;
    double ambiguity = 0.0;
    kept_window_ = {};
    maps_->set_area(result.common_height, result.common_width);
    const bool found =
        maps_->find(reference, moving, band, lag_tables_.data(), tools(), map, ambiguity);
    if (!found || is_seen_by_tiles(map)) {
      estimate(lines, result);
      tiles_->set_planes(reference_pyramid().scale[0], moving_pyramid().scale[0],
                         band_of(0, lines));
      find_motion(*tiles_, geometry_, settings_, result, motion);
    } else {
      ppatch_shift turned = result;
      const double samples = static_cast<double>(std::int64_t{1} << last);
      const ImageMap fine = find_turned(map.in_units(samples), turned, motion);
      judge(fine.in_units(1.0 / samples), result);
      std::copy(turned.shift, turned.shift + 2, result.shift);
      std::copy(turned.covariance, turned.covariance + 3, result.covariance);
      result.flags |= turned.flags;
    }
    settle_search(settings_, ambiguity, result, motion);
  }

  // The motion by a map that is near to it, and what becomes of that, in samples.
  ImageMap find_turned(ImageMap map, ppatch_shift& result, SceneMotion& motion) {
    const Plane& moving = moving_pyramid().scale[0];
    const Plane warped{warped_.data(), moving.height, moving.width, moving.width};
    const double reach[2] = {0.5 * static_cast<double>(moving.height),
                             0.5 * static_cast<double>(moving.width)};
    // Lines and carriers of either image are no lines and carriers of the other.
    Band band;
    band.fft = &fft_[0];
    const ppatch_shift begun = result;
    for (int round = 0; round < max_map_rounds; ++round) {
      result = begun;
      maps_->warp(moving, map, tools(), warped);
      tiles_->set_planes(reference_pyramid().scale[0], warped, band);
      ImageMap next = map;
      find_motion(*tiles_, geometry_, settings_, result, motion, &map, &next);
      const double moved = distance_of(map, next, reach);
      map = next;
      if (moved < settled_map) break;
    }
    return map;
  }

  // What the coarsest scale says of a pair and its map.
  void judge(const ImageMap& map, ppatch_shift& result) {
    const int last = geometry_.scales - 1;
    double reduction = 0.0;
    const MappedPair pair = maps_->mapped(reference_pyramid().scale[last],
                                          moving_pyramid().scale[last], map, tools(), reduction);
    Band band;
    band.fft = &coarse_fft_;
    const std::int64_t range[2] = {geometry_.lag_range(0), geometry_.lag_range(1)};
    CoarsePeak peak = coarse_peak(pair.reference, pair.moving, band, range, lag_tables_.data(),
                                  geometry_.copies, false, tools());
    peak.evidence.peak *= reduction;
    peak.evidence.other *= reduction;
    note_peak(peak, result);
    if (!peak.found) return;
    band.fft = &fft_[last];
    Window held;
    const FineShift shift = fine_shift(pair.reference, pair.moving, band, peak.displacement,
                                       only_rounds, held, false, tools());
    ShiftQuality quality;
    if (shift.status == PPATCH_SHIFT_STATUS_OK) quality = shift_quality(shift, band, tools());
    complete_answer(shift, quality, geometry_, settings_, result);
  }

  ImagePyramid pyramid(Buffer<float>& fine, Buffer<float>& coarse) {
    ImagePyramid pyramid;
    float* data = coarse.data();
    for (int scale = 0; scale < geometry_.scales; ++scale) {
      const std::int64_t height = geometry_.size[scale][0];
      const std::int64_t width = geometry_.size[scale][1];
      pyramid.scale[scale] = {scale == 0 ? fine.data() : data, height, width, width};
      if (scale > 0) data += height * width;
    }
    return pyramid;
  }
  ImagePyramid reference_pyramid() { return pyramid(reference_fine_, reference_coarse_); }
  ImagePyramid moving_pyramid() { return pyramid(moving_fine_, moving_coarse_); }

  EstimateTools tools() {
    return {machine_.loops,
            machine_.arena,
            reference_spectrum_.data(),
            moving_spectrum_.data(),
            reference_spectrum_.data(),
            {slots_.data(), memory_plan_.slot_floats},
            sums_.data(),
            tile_sums_.data(),
            tables_.data(),
            weights_.data()};
  }

  // Transforms and the reference's pyramid for a new common area.
  void set_geometry(const SceneGeometry& geometry) {
    // Until all of it is done: memory may run out on the way.
    reference_loaded_ = false;
    kept_window_ = {};
    const auto transform = [&](const std::int64_t size[2]) {
      return PlaneFft(machine_.fft, *machine_.slabs, size[0], size[1]);
    };
    for (int scale = 0; scale < geometry.scales; ++scale) {
      fft_[scale] = transform(geometry.fft[scale]);
    }
    coarse_fft_ = transform(geometry.coarse_fft);
    if (maps_) maps_->set_geometry(geometry);
    fill_lag_tables(geometry, settings_.circular, lag_tables_.data());
    geometry_ = geometry;
    reference_status_ = build(reference_, reference_pyramid(), Clipped::replaced, reference_lines_);
    reference_loaded_ = true;
  }

  ppatch_shift_status build(const SceneImageView& view, const ImagePyramid& pyramid,
                            Clipped clipped, ExcludedLines& lines) {
    return pyramids_.build(view, geometry_, clipped, tools(), memory_plan_.spectrum_floats, pyramid,
                           lines);
  }

  // Only the finest scale has the CFA's carriers in reach.
  Band band_of(int scale, const ExcludedLines& excluded) {
    Band band;
    band.fft = &fft_[scale];
    band.excluded = excluded;
    if (scale > 0) return band;
    band.carriers = carriers_;
    band.carrier_count = carrier_count_;
    band.pixels = geometry_.step;
    return band;
  }

  void estimate(const ExcludedLines& excluded, ppatch_shift& result) {
    const ImagePyramid reference = reference_pyramid();
    const ImagePyramid moving = moving_pyramid();
    const int last = geometry_.scales - 1;
    Band coarse_band;
    coarse_band.fft = &coarse_fft_;
    coarse_band.excluded = excluded;
    const std::int64_t range[2] = {geometry_.lag_range(0), geometry_.lag_range(1)};
    const CoarsePeak peak =
        coarse_peak(reference.scale[last], moving.scale[last], coarse_band, range,
                    lag_tables_.data(), geometry_.copies, settings_.circular, tools());
    note_peak(peak, result);
    if (!peak.found) return;
    FineShift others[2];
    for (int i = 0; i < 2; ++i) {
      others[i].status = PPATCH_SHIFT_STATUS_NOT_CONVERGED;
      if (!is_suspicious(peak.evidence, i)) continue;
      Window held;
      others[i] = fine_shift(reference.scale[last], moving.scale[last], band_of(last, excluded),
                             peak.second[i], only_rounds, held, settings_.circular, tools());
    }
    double start[2] = {peak.displacement[0], peak.displacement[1]};
    FineShift coarsest;
    for (int scale = last; scale > 0; --scale) {
      Window held;
      const FineShift found =
          fine_shift(reference.scale[scale], moving.scale[scale], band_of(scale, excluded), start,
                     coarse_rounds, held, settings_.circular, tools());
      if (scale == last) coarsest = found;
      if (scale == last && is_ambiguous(others, found)) result.ambiguity = 1.0;
      next_start(found, start);
    }
    const Band band = band_of(0, excluded);
    Window held;
    EstimateTools fine_tools = tools();
    const bool keeps = last > 0 && memory_plan_.kept_floats >= fft_[0].plane_floats();
    if (keeps) fine_tools.reference_spectrum = kept_spectrum_.data();
    FineShift shift;
    ShiftQuality quality;
    double max_f = whole_band;
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      const FineShift found = fine_shift(
          reference.scale[0], moving.scale[0], band, start, last > 0 ? last_rounds : only_rounds,
          keeps ? kept_window_ : held, settings_.circular, fine_tools, max_f);
      // What a later attempt loses was good.
      if (attempt == 0 || found.status == PPATCH_SHIFT_STATUS_OK) shift = found;
      if (attempt == 0 && last == 0 && is_ambiguous(others, found)) result.ambiguity = 1.0;
      if (found.status != PPATCH_SHIFT_STATUS_OK) break;
      quality = shift_quality(shift, band, fine_tools);
      if (!keeps) held = {};  // its spectrum was consumed
      if (!next_attempt(shift, quality, start, max_f)) break;
    }
    if (last == 0) coarsest = shift;
    if (is_doubtful(shift, quality) && is_doubtful(coarsest, quality)) {
      coarse_band.fft = &fft_[last];
      if (agrees_elsewhere(reference.scale[last], moving.scale[last], coarse_band, coarsest,
                           geometry_, settings_.circular, ones_.data(), tools())) {
        result.ambiguity = 1.0;
      }
    }
    complete_answer(shift, quality, geometry_, settings_, result);
  }

  SceneSettings settings_;
  SceneMachine machine_;
  PyramidBuilder pyramids_;
  MlMemoryPlan memory_plan_;
  Carrier carriers_[max_carriers];
  int carrier_count_ = 0;
  Buffer<float> reference_fine_, moving_fine_, reference_coarse_, moving_coarse_;
  Buffer<float> reference_spectrum_, moving_spectrum_, kept_spectrum_, slots_, tables_, lag_tables_;
  Buffer<float> ones_;
  Buffer<double> sums_, tile_sums_;
  Buffer<RingWeight> weights_;
  std::optional<CpuTileEngine> tiles_;
  std::optional<MapSearch> maps_;
  Buffer<float> warped_;  // the moving image's finest scale
  SceneImageView reference_;
  SceneGeometry geometry_;  // of the pyramids
  bool reference_loaded_ = false;
  ppatch_shift_status reference_status_ = PPATCH_SHIFT_STATUS_FLAT;
  ExcludedLines reference_lines_;
  Window kept_window_;  // of the reference's spectrum, from one image of a scene to the next
  PlaneFft fft_[SceneGeometry::max_scales];
  PlaneFft coarse_fft_;
};

}  // namespace

std::uint64_t ml_engine_bytes(const SceneSettings& settings, const SceneMachine& machine) {
  return MlMemoryPlan::within(settings, machine, CfaNeighbours(settings.cfa).reach).total_bytes();
}

std::unique_ptr<SceneEngine> make_ml_engine(const SceneSettings& settings,
                                            const SceneMachine& machine) {
  return std::make_unique<MlEngine>(settings, machine);
}

}  // namespace ppatch
