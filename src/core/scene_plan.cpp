// SPDX-License-Identifier: Apache-2.0
#include "core/scene_plan.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "core/array_check.hpp"
#include "core/mosaic.hpp"
#include "core/options.hpp"

namespace ptychopatch {

SceneImageView read_scene_image(const std::string& name, const ppatch_scene_image& image,
                                const ppatch_cfa& cfa, const PixelLevels& plan_levels,
                                const Backend& backend) {
  const std::string pixels_name = name + ".pixels";
  const CheckedArray pixels(pixels_name.c_str(), &image.pixels, backend);
  pixels.expect_dtype({DType::u16, DType::f32, DType::f64});
  if (pixels.ndim() != 2 || pixels.empty()) {
    invalid(pixels_name, ": expected shape (H, W) with a pixel in it, got ",
            text_of_shape(image.pixels.shape, static_cast<std::size_t>(image.pixels.ndim)));
  }
  SceneImageView view;
  view.data = pixels.data();
  view.dtype = pixels.dtype();
  view.height = pixels.shape(0);
  view.width = pixels.shape(1);
  view.stride_y = pixels.stride(0);
  view.stride_x = pixels.stride(1);
  if (image.mask.data) {
    const std::string mask_name = name + ".mask";
    const CheckedArray mask(mask_name.c_str(), &image.mask, backend);
    mask.expect_dtype({DType::u8});
    mask.expect_shape({view.height, view.width});
    view.mask = static_cast<const std::uint8_t*>(mask.data());
    view.mask_stride_y = mask.stride(0);
    view.mask_stride_x = mask.stride(1);
  }
  if (image.own_levels < 0 || image.own_levels > 1) {
    invalid(name, ".own_levels: expected 0 or 1, got ", image.own_levels);
  }
  if (image.reserved != 0) invalid(name, ".reserved: expected 0, got ", image.reserved);
  PixelLevels levels;
  for (int c = 0; c < 4; ++c) levels.black[c] = image.black[c];
  levels.white = image.white;
  check_levels(name.c_str(), levels);
  if (image.own_levels == 0) {
    for (const double level :
         {levels.black[0], levels.black[1], levels.black[2], levels.black[3], levels.white}) {
      if (level != 0.0) {
        invalid(name, ".own_levels: expected 1 with levels of its own, got 0 and a level of ",
                level);
      }
    }
    levels = plan_levels;
  }
  const int period = cfa.height > 1 ? cfa.height : 1;
  for (int i = 0; i < period * period; ++i) {
    view.black[i] = levels.black[period > 1 ? cfa.colour[i] : 0];
  }
  view.clips = levels.white != 0.0;
  view.white = levels.white;
  return view;
}

ScenePlan::ScenePlan(std::shared_ptr<Context> context, const ppatch_scene_options* options)
    : context_(std::move(context)),
      settings_(read_scene_settings(options)),
      levels_(read_plan_levels(options)),
      cfa_(read_options("options", options).cfa) {
  // A mosaic of one colour is none.
  if (settings_.mosaic.period == 1) cfa_ = ppatch_cfa{};
  engine_ = context_->registration_backend().make_scene_engine(settings_);
  context_->callbacks().log(PPATCH_LOG_INFO, "scene plan: images up to ", settings_.height, " x ",
                            settings_.width, ", ", engine_->scratch_bytes(),
                            " bytes of scratch on ",
                            context_->registration_backend().info().device_name);
}

std::uint64_t ScenePlan::bytes(const Context& context, const ppatch_scene_options* options) {
  read_plan_levels(options);
  return context.registration_backend().scene_engine_bytes(read_scene_settings(options));
}

SceneImageView ScenePlan::read_image(const std::string& name,
                                     const ppatch_scene_image& image) const {
  const SceneImageView view =
      read_scene_image(name, image, cfa_, levels_, context_->registration_backend());
  if (view.height > settings_.height || view.width > settings_.width) {
    invalid(name, ".pixels: expected at most the plan's ", settings_.height, " x ", settings_.width,
            ", got ", view.height, " x ", view.width);
  }
  return view;
}

void ScenePlan::set_reference(const ppatch_scene_image* reference) {
  if (!reference) invalid("reference: expected an image, got NULL");
  const SceneImageView view = read_image("reference", *reference);
  has_reference_ = false;
  engine_->set_reference(view);
  has_reference_ = true;
}

void ScenePlan::align(std::int64_t count, const ppatch_scene_image* images, ppatch_shift* results) {
  if (count < 0) invalid("count: expected at least 0, got ", count);
  if (!has_reference_) invalid("plan: expected a reference to be set first, got none");
  if (count > 0 && !images) invalid("images: expected an array, got NULL");
  if (count > 0 && !results) invalid("results: expected an array, got NULL");
  for (std::int64_t j = 0; j < count; ++j) read_image(text_of("images[", j, "]"), images[j]);
  for (std::int64_t j = 0; j < count; ++j) {
    context_->callbacks().progress(static_cast<double>(j) / static_cast<double>(count));
    ppatch_shift result = engine_->align(read_image("image", images[j]));
    complete(result);
    results[j] = result;
  }
  if (count > 0) context_->callbacks().progress(1.0);
}

void ScenePlan::complete(ppatch_shift& result) const {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  const bool measured = result.status == PPATCH_SHIFT_OK ||
                        result.status == PPATCH_SHIFT_UNRELATED ||
                        result.status == PPATCH_SHIFT_NOT_CONVERGED;
  if (!measured || !std::isfinite(result.shift[0]) || !std::isfinite(result.shift[1])) {
    for (int axis = 0; axis < 2; ++axis) {
      result.shift[axis] = nothing;
      result.lattice_shift[axis] = 0;
      result.lattice_residual[axis] = nothing;
    }
    for (double& c : result.covariance) c = nothing;
    for (double* value : {&result.peak, &result.second_peak_ratio, &result.coherence,
                          &result.residual, &result.gain}) {
      *value = nothing;
    }
    return;
  }
  if (std::abs(result.shift[0]) < 0.5 && std::abs(result.shift[1]) < 0.5) {
    result.flags |= PPATCH_SHIFT_ZERO_LAG;
  }
  round_to_lattice(settings_.mosaic, result.shift, result.lattice_shift);
  for (int axis = 0; axis < 2; ++axis) {
    if (settings_.displacement) {
      result.shift[axis] = -result.shift[axis];
      result.lattice_shift[axis] = -result.lattice_shift[axis];
    }
    result.lattice_residual[axis] =
        result.shift[axis] - static_cast<double>(result.lattice_shift[axis]);
  }
}

void ScenePlan::get_info(ppatch_scene_plan_info* info) const {
  info->method = static_cast<ppatch_method>(settings_.method);
  info->bytes = engine_->scratch_bytes();
}

}  // namespace ptychopatch
