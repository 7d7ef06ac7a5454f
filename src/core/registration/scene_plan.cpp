// SPDX-License-Identifier: Apache-2.0
#include "core/registration/scene_plan.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/options.hpp"
#include "core/registration/cfa_pattern.hpp"
#include "core/registration/motion.hpp"
#include "core/registration/scene_image.hpp"

namespace ppatch {
namespace {

// What a device may be short of: memory, or transforms of a size.
bool leaves_to_cpu(const Error& error, const Backend& backend) {
  return backend.kind() != PPATCH_BACKEND_CPU && (error.status() == PPATCH_ERROR_OUT_OF_MEMORY ||
                                                  error.status() == PPATCH_ERROR_UNSUPPORTED);
}

}  // namespace

ScenePlan::ScenePlan(std::shared_ptr<Context> context, const ppatch_scene_options* options)
    : context_(std::move(context)),
      settings_(read_scene_settings(options)),
      levels_(read_plan_levels(options)),
      cfa_(read_options("options", options).cfa) {
  // A mosaic of one colour is none.
  if (settings_.cfa.period == 1) cfa_ = ppatch_cfa{};
  make_engine();
  context_->callbacks().log(PPATCH_LOG_LEVEL_INFO, "scene plan: images up to ", settings_.height,
                            " x ", settings_.width, ", ", engine_->scratch_bytes(),
                            " bytes of scratch on ", backend_->info().device_name);
}

std::uint64_t ScenePlan::bytes(const Context& context, const ppatch_scene_options* options) {
  read_plan_levels(options);
  const SceneSettings settings = read_scene_settings(options);
  return context.scene_backend(settings).scene_engine_bytes(settings);
}

void ScenePlan::make_engine() {
  std::string reason;
  backend_ = &context_->heavy_backend();
  if (!backend_->aligns(settings_, &reason)) return move_to_cpu(PPATCH_LOG_LEVEL_INFO, reason);
  bool fits = false;
  try {
    backend_->scene_engine_bytes(settings_);
    fits = true;
    engine_ = backend_->make_scene_engine(settings_);
  } catch (const Error& error) {
    // A budget that is too small is the caller's to mend, not a reason to go elsewhere.
    const bool is_budget = !fits && error.status() == PPATCH_ERROR_OUT_OF_MEMORY;
    if (is_budget || !leaves_to_cpu(error, *backend_)) throw;
    move_to_cpu(PPATCH_LOG_LEVEL_WARNING, error.what());
  }
}

void ScenePlan::move_to_cpu(ppatch_log_level level, const std::string& reason) {
  context_->callbacks().log(level, "scene plan: aligning on the CPU: ", reason);
  engine_.reset();
  backend_ = &context_->cpu_backend();
  engine_ = backend_->make_scene_engine(settings_);
}

void ScenePlan::move_to(const ppatch_array& reference) {
  if (!context_->follows_arrays() || reference.device_type != PPATCH_DEVICE_CUDA ||
      !context_->accepts(reference.device_type, reference.device_id)) {
    return;
  }
  Backend* const there = &context_->backend_at(reference.device_id);
  if (there == backend_ || !there->aligns(settings_, nullptr)) return;
  engine_.reset();
  has_reference_ = false;
  engine_ = there->make_scene_engine(settings_);
  backend_ = there;
}

void ScenePlan::set_stream(void* stream) {
  if (!context_->follows_arrays()) engine_->set_stream(stream);
  stream_ = stream;
}

SceneImageView ScenePlan::read_image(const std::string& name,
                                     const ppatch_scene_image& image) const {
  const SceneImageView view = read_scene_image(name, image, cfa_, levels_, *backend_);
  if (view.height > settings_.height || view.width > settings_.width) {
    invalid(name, ".pixels: expected at most the plan's ", settings_.height, " x ", settings_.width,
            ", got ", view.height, " x ", view.width);
  }
  return view;
}

void ScenePlan::borrow_reference(const ppatch_scene_image* reference) {
  expect_pointer("reference", "an image", reference);
  move_to(reference->pixels);
  const SceneImageView view = read_image("reference", *reference);
  has_reference_ = false;
  engine_->set_reference(view);
  reference_ = view;
  has_reference_ = true;
}

// Completes the answers of a call, writes them, and tells of progress.
class ScenePlan::Answers final : public ShiftSink {
 public:
  Answers(const ScenePlan& plan, std::int64_t count, ppatch_shift* results,
          const MotionOutput& output)
      : plan_(plan), count_(count), results_(results), output_(output) {}

  std::int64_t taken() const { return taken_; }
  // An engine that begins now numbers images from the first that is missing.
  void begin() { first_ = taken_; }

  void take(std::int64_t index, const ppatch_shift& result) override {
    ppatch_shift& to = results_[first_ + index];
    to = result;
    if (output_.motions) write_motion(first_ + index, result);
    plan_.complete(to);
    taken_ = first_ + index + 1;
    tell();
  }
  SceneMotion* motion() override {
    motion_.motion.model = PPATCH_MOTION_MODEL_NONE;
    return plan_.settings_.motion == PPATCH_MOTION_MODEL_NONE ? nullptr : &motion_;
  }
  void tell() const {
    plan_.context_->callbacks().progress(static_cast<double>(taken_) / static_cast<double>(count_));
  }

 private:
  void write_motion(std::int64_t index, const ppatch_shift& result) {
    // Engines leave that of an image without a shift as it was.
    if (motion_.motion.model == PPATCH_MOTION_MODEL_NONE) {
      begin_motion(plan_.settings_, result, motion_);
    }
    output_.motions[index] = motion_.motion;
    const auto laid = static_cast<std::int64_t>(motion_.tiles.size());
    for (std::int64_t i = 0; i < std::min(laid, output_.capacity); ++i) {
      output_.tiles[index * output_.capacity + i] = motion_.tiles[static_cast<std::size_t>(i)];
    }
  }

  const ScenePlan& plan_;
  std::int64_t count_, first_ = 0, taken_ = 0;
  ppatch_shift* results_;
  MotionOutput output_;
  SceneMotion motion_;
};

void ScenePlan::align(std::int64_t count, const ppatch_scene_image* images, ppatch_shift* results) {
  align(count, images, results, MotionOutput());
}

void ScenePlan::measure_motion(std::int64_t count, const ppatch_scene_image* images,
                               ppatch_shift* results, ppatch_scene_motion* motions,
                               std::int64_t tile_capacity, ppatch_tile_shift* tiles) {
  if (settings_.motion == PPATCH_MOTION_MODEL_NONE) {
    invalid("plan: expected one with a motion model, got NONE");
  }
  if (tile_capacity < 0) invalid("tile_capacity: expected at least 0, got ", tile_capacity);
  if (count > 0) expect_pointer("motions", "an array", motions);
  if (count > 0 && tile_capacity > 0) expect_pointer("tiles", "an array", tiles);
  align(count, images, results, {motions, tile_capacity, tiles});
}

void ScenePlan::align(std::int64_t count, const ppatch_scene_image* images, ppatch_shift* results,
                      const MotionOutput& output) {
  if (count < 0) invalid("count: expected at least 0, got ", count);
  if (!has_reference_) invalid("plan: expected a reference first, got none");
  if (count == 0) return;
  expect_pointer("images", "an array", images);
  expect_pointer("results", "an array", results);
  std::vector<SceneImageView> views(static_cast<std::size_t>(count));
  for (std::int64_t j = 0; j < count; ++j) {
    views[static_cast<std::size_t>(j)] = read_image(text_of("images[", j, "]"), images[j]);
  }
  Answers answers(*this, count, results, output);
  answers.tell();
  if (context_->follows_arrays() && backend_->kind() != PPATCH_BACKEND_CPU) {
    engine_->set_stream(stream_);
  }
  try {
    engine_->align(count, views.data(), answers);
  } catch (const Error& error) {
    if (!leaves_to_cpu(error, *backend_)) throw;
    const std::string reason = error.what();
    for (std::int64_t j = -1; j < count; ++j) {
      const std::string name = j < 0 ? "reference" : text_of("images[", j, "]");
      const SceneImageView& view = j < 0 ? reference_ : views[static_cast<std::size_t>(j)];
      if (view.on_device) {
        fail(error.status(), name, ": expected host memory, for ", reason,
             ", and the CPU cannot read the device's");
      }
    }
    move_to_cpu(PPATCH_LOG_LEVEL_WARNING, reason);
    engine_->set_reference(reference_);
    answers.begin();
    engine_->align(count - answers.taken(), views.data() + answers.taken(), answers);
  }
}

void ScenePlan::complete(ppatch_shift& result) const {
  constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
  const bool measured = result.status == PPATCH_SHIFT_STATUS_OK ||
                        result.status == PPATCH_SHIFT_STATUS_UNRELATED ||
                        result.status == PPATCH_SHIFT_STATUS_AMBIGUOUS ||
                        result.status == PPATCH_SHIFT_STATUS_NOT_CONVERGED;
  if (!measured || !std::isfinite(result.shift[0]) || !std::isfinite(result.shift[1])) {
    for (int axis = 0; axis < 2; ++axis) {
      result.shift[axis] = nothing;
      result.lattice_shift[axis] = 0;
      result.lattice_residual[axis] = nothing;
    }
    for (double& c : result.covariance) c = nothing;
    for (double* value : {&result.peak, &result.second_peak_ratio, &result.coherence,
                          &result.residual, &result.gain, &result.false_alarm, &result.ambiguity}) {
      *value = nothing;
    }
    return;
  }
  if (std::abs(result.shift[0]) < 0.5 && std::abs(result.shift[1]) < 0.5) {
    result.flags |= PPATCH_SHIFT_FLAG_ZERO_LAG;
  }
  round_to_lattice(settings_.cfa, result.shift, result.lattice_shift);
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
  if (settings_.motion == PPATCH_MOTION_MODEL_NONE) return;
  info->max_tiles =
      MotionGrid::max_count(SceneGeometry(settings_, settings_.height, settings_.width).size[0]);
}

}  // namespace ppatch
