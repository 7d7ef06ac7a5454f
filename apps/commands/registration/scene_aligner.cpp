// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/scene_aligner.hpp"

#include <algorithm>

#include "formats/format_error.hpp"

namespace ptychopatch::alignment {
namespace {

ppatch_scene_image with_mask(ppatch_scene_image image, const formats::NpyArray* mask) {
  if (mask != nullptr) image.mask = array(mask->data.data(), PPATCH_U8, mask->shape);
  return image;
}

ppatch_scene_options with_frame(ppatch_scene_options options, const mosaics::RawImage& frame,
                                ppatch_motion_model motion) {
  options.height = frame.height();
  options.width = frame.width();
  options.cfa = cfa_of(frame.cfa);
  options.motion = motion;
  if (motion == PPATCH_MOTION_MODEL_NONE) options.motion_search = PPATCH_MOTION_SEARCH_NONE;
  return options;
}

// Beyond the reference's size an image has nothing in common with it.
ppatch_scene_image moving_image(const mosaics::RawImage& image, const mosaics::RawImage& target) {
  const std::int64_t height = std::min(image.height(), target.height());
  const std::int64_t width = std::min(image.width(), target.width());
  return scene_image(image, cropped(pixels_of(image), 0, 0, height, width));
}

}  // namespace

SceneAligner::SceneAligner(const app::Session& session, const ppatch_scene_options& options)
    : session_(session), options_(options) {}

void SceneAligner::add_reference(const mosaics::RawImage& reference,
                                 const formats::NpyArray* mask) {
  references_.push_back({&reference, mask});
}

ScenePlan& SceneAligner::plan_for(std::size_t reference) {
  const auto found = plans_.find(reference);
  if (found != plans_.end()) return *found->second;
  const mosaics::RawImage& raw = *references_[reference].raw;
  const ppatch_scene_options options = with_frame(options_, raw, options_.motion);
  const std::uint64_t bytes = ScenePlan::bytes(session_.context(), options);
  if (held_ + bytes > session_.context().info().memory_budget) {
    plans_.clear();
    held_ = 0;
  }
  auto plan = std::make_unique<ScenePlan>(session_.context(), options);
  plan->borrow_reference(with_mask(scene_image(raw, pixels_of(raw)), references_[reference].mask));
  held_ += bytes;
  return *plans_.emplace(reference, std::move(plan)).first->second;
}

Aligned SceneAligner::align(std::size_t reference, const mosaics::RawImage& image, Record& record) {
  const mosaics::RawImage& target = *references_[reference].raw;
  describe(record, target, image);
  if (image.cfa != target.cfa) {
    reject(record, "other-cfa",
           "the image's colour filters begin as " + image.cfa.name() +
               ", but those of its reference as " + target.cfa.name());
    return {};
  }
  Aligned aligned;
  aligned.motion = measure_motion(reference, image);
  if (aligned.motion) {
    aligned.shift = aligned.motion->shift;
    set_motion(record, *aligned.motion);
  } else {
    aligned.shift = plan_for(reference).align(moving_image(image, target));
  }
  set_shift(record, aligned.shift);
  record["backend"] = name_of(backend_choices, aligned.shift.backend);
  if (aligned.shift.status == PPATCH_SHIFT_STATUS_OK) {
    aligned.measures = measure_pair(session_.context(), target, image, aligned.shift.lattice_shift);
    set_measures(record, aligned.measures);
  }
  return aligned;
}

std::optional<MeasuredMotion> SceneAligner::measure_motion(std::size_t reference,
                                                           const mosaics::RawImage& image) {
  if (options_.motion == PPATCH_MOTION_MODEL_NONE) return std::nullopt;
  return plan_for(reference).measure_motion(moving_image(image, *references_[reference].raw));
}

ImageAligner::ImageAligner(const app::Session& session, const ppatch_scene_options& options,
                           const mosaics::RawImage& frame)
    : frame_(frame),
      plan_(session.context(), with_frame(options, frame, PPATCH_MOTION_MODEL_NONE)) {}

bool ImageAligner::set_reference(const mosaics::RawImage& image) {
  if (image.cfa != frame_.cfa) return false;
  plan_.borrow_reference(moving_image(image, frame_));
  return true;
}

std::optional<ppatch_shift> ImageAligner::align(const mosaics::RawImage& image) {
  if (image.cfa != frame_.cfa) return std::nullopt;
  return plan_.align(moving_image(image, frame_));
}

}  // namespace ptychopatch::alignment
