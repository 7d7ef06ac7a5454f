// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/image_pyramid.hpp"

#include <cstring>

#include "cpu/registration/decimator.hpp"
#include "cpu/registration/fixed_pattern.hpp"
#include "cpu/registration/row_reader.hpp"

namespace ppatch {
namespace {

// The rows of a plane as a source to be decimated.
struct PlaneRows {
  const Plane& plane;
  void read(std::int64_t y, float* out) const {
    std::memcpy(out, plane.row(y), static_cast<std::size_t>(plane.width) * sizeof(float));
  }
};

}  // namespace

PyramidBuilder::PyramidBuilder(const SceneSettings& settings, const SceneMachine& machine)
    : settings_(settings),
      fft_(machine.fft),
      neighbours_(settings.cfa),
      fine_filter_(SceneGeometry(settings, settings.height, settings.width).step),
      coarse_filter_(2) {}

ppatch_shift_status PyramidBuilder::build(const SceneImageView& view, const SceneGeometry& geometry,
                                          Clipped clipped, const EstimateTools& tools,
                                          std::int64_t spectrum_floats, const ImagePyramid& pyramid,
                                          ExcludedLines& lines) const {
  const SceneLoops& loops = *tools.loops;
  ConditionedImage image(view, geometry.height, geometry.width, clipped);
  image.measure(neighbours_, settings_.repairs(view.dtype), loops, *tools.arena, tools.sums);
  if (image.conditioning().status != PPATCH_SHIFT_STATUS_OK) return image.conditioning().status;
  // Neither spectrum is in use yet.
  FixedPattern pattern(geometry.height, geometry.width, loops, tools.reference_spectrum,
                       tools.moving_spectrum);
  const bool looks = settings_.fixed_pattern &&
                     PatternLines::tell_of(geometry.height, geometry.width) &&
                     FixedPattern::floats(geometry.height, geometry.width) <= spectrum_floats;
  const Boundary beyond = settings_.circular ? Boundary::wrap : Boundary::reflect;
  const FftSlots& slots = tools.fft_slots;
  decimate(
      fine_filter_, geometry.height, geometry.width, beyond, loops, *tools.arena, slots.data,
      slots.floats,
      [&](std::int64_t first, std::int64_t end, float* memory) {
        return ObservedRows(RowReader(image, neighbours_, loops, memory),
                            looks ? &pattern : nullptr, first, end);
      },
      pyramid.scale[0]);
  lines = looks ? pattern.find(settings_.cfa.period, fft_, tools) : ExcludedLines();
  for (int scale = 1; scale < geometry.scales; ++scale) {
    const Plane& finer = pyramid.scale[scale - 1];
    decimate(
        coarse_filter_, finer.height, finer.width, beyond, loops, *tools.arena, slots.data,
        slots.floats, [&](std::int64_t, std::int64_t, float*) { return PlaneRows{finer}; },
        pyramid.scale[scale]);
  }
  return PPATCH_SHIFT_STATUS_OK;
}

}  // namespace ppatch
