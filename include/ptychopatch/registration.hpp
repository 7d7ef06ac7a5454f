// SPDX-License-Identifier: Apache-2.0
//
// Registration. A part of ptychopatch.hpp, which includes it.
#ifndef PTYCHOPATCH_REGISTRATION_HPP_
#define PTYCHOPATCH_REGISTRATION_HPP_

#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch {

inline const char* shift_status_string(ppatch_shift_status status) {
  return ppatch_shift_status_string(status);
}

// The array for letters row by row, "RGGB"; no mosaic is ppatch_cfa_none().
inline ppatch_cfa cfa(const std::string& letters) {
  ppatch_cfa cfa{};
  check(ppatch_cfa_parse(letters.c_str(), &cfa));
  return cfa;
}

// The side of the blocks of pixels that hold every colour.
inline std::int64_t cfa_block(const ppatch_cfa& cfa) {
  std::int64_t block = 0;
  check(ppatch_cfa_block(&cfa, &block));
  return block;
}

inline ppatch_scene_options scene_options(std::int64_t height, std::int64_t width,
                                          const ppatch_cfa& cfa = ppatch_cfa_none()) {
  auto options = detail::sized<ppatch_scene_options>();
  options.height = height;
  options.width = width;
  options.cfa = cfa;
  return options;
}

inline ppatch_resample_options resample_options() {
  return detail::sized<ppatch_resample_options>();
}

inline ppatch_mask_options mask_options() { return detail::sized<ppatch_mask_options>(); }

// What a plan with a motion model measures of one image.
struct MeasuredMotion {
  ppatch_shift shift{};
  ppatch_scene_motion motion{};
  std::vector<ppatch_tile_shift> tiles;
};

// Aligns moving images onto one reference.
class ScenePlan {
 public:
  ScenePlan(const Context& context, const ppatch_scene_options& options) {
    ppatch_scene_plan* raw = nullptr;
    check(ppatch_scene_plan_create(&raw, context.get(), &options));
    plan_.reset(raw);
  }

  static std::uint64_t bytes(const Context& context, const ppatch_scene_options& options) {
    std::uint64_t bytes = 0;
    check(ppatch_scene_plan_bytes(context.get(), &options, &bytes));
    return bytes;
  }

  ppatch_scene_plan* get() const { return plan_.get(); }

  ppatch_scene_plan_info info() const {
    return detail::info_of(get(), &ppatch_scene_plan_get_info);
  }

  void borrow_reference(const ppatch_scene_image& reference) {
    check(ppatch_scene_plan_borrow_reference(get(), &reference));
  }
  // NULL: the plan's own.
  void set_stream(void* stream) { check(ppatch_scene_plan_set_stream(get(), stream)); }
  ppatch_shift align(const ppatch_scene_image& image) {
    ppatch_shift shift{};
    check(ppatch_scene_plan_align(get(), 1, &image, &shift));
    return shift;
  }
  std::vector<ppatch_shift> align(const std::vector<ppatch_scene_image>& images) {
    std::vector<ppatch_shift> shifts(images.size());
    check(ppatch_scene_plan_align(get(), static_cast<std::int64_t>(images.size()), images.data(),
                                  shifts.data()));
    return shifts;
  }
  MeasuredMotion measure_motion(const ppatch_scene_image& image) {
    return std::move(measure_motion(std::vector<ppatch_scene_image>{image}).front());
  }
  std::vector<MeasuredMotion> measure_motion(const std::vector<ppatch_scene_image>& images) {
    const std::int64_t capacity = info().max_tiles;
    std::vector<ppatch_shift> shifts(images.size());
    std::vector<ppatch_scene_motion> motions(images.size());
    std::vector<ppatch_tile_shift> tiles(images.size() * static_cast<std::size_t>(capacity));
    check(ppatch_scene_plan_measure_motion(get(), static_cast<std::int64_t>(images.size()),
                                           images.data(), shifts.data(), motions.data(), capacity,
                                           tiles.data()));
    std::vector<MeasuredMotion> measured(images.size());
    for (std::size_t i = 0; i < images.size(); ++i) {
      const auto first = tiles.begin() + static_cast<std::int64_t>(i) * capacity;
      measured[i] = {shifts[i], motions[i], {first, first + motions[i].tile_count}};
    }
    return measured;
  }

 private:
  std::unique_ptr<ppatch_scene_plan, detail::Destroy<ppatch_scene_plan, ppatch_scene_plan_destroy>>
      plan_;
};

inline void cfa_round(const ppatch_cfa& cfa, const double (&shift)[2], std::int64_t (&lattice)[2]) {
  check(ppatch_cfa_round(&cfa, shift, lattice));
}

inline ppatch_common_area common_area(const std::int64_t (&reference_shape)[2],
                                      const std::int64_t (&moving_shape)[2],
                                      const std::int64_t (&shift)[2]) {
  ppatch_common_area area{};
  check(ppatch_common_area_of(reference_shape, moving_shape, shift, &area));
  return area;
}

inline void image_shift(const Context& context, const Array& image, const double (&shift)[2],
                        const Array& out,
                        const ppatch_resample_options& options = resample_options()) {
  check(ppatch_image_shift(context.get(), &image, shift, &options, &out));
}

inline void image_warp(const Context& context, const Array& image, const MeasuredMotion& measured,
                       const Array& out,
                       const ppatch_resample_options& options = resample_options()) {
  const bool is_field = measured.motion.model == PPATCH_MOTION_MODEL_FIELD;
  check(ppatch_image_warp(context.get(), &image, &measured.motion,
                          is_field ? static_cast<std::int64_t>(measured.tiles.size()) : 0,
                          is_field ? measured.tiles.data() : nullptr, &options, &out));
}

// weights: one for each channel of image, (H, W, C); empty: Rec. 709's of red, green and blue.
inline void image_luminance(const Context& context, const Array& image, const Array& out,
                            const std::vector<double>& weights = {}, double white = 0) {
  if (!weights.empty() &&
      (image.ndim != 3 || static_cast<std::int64_t>(weights.size()) != image.shape[2])) {
    throw Error(
        PPATCH_ERROR_INVALID_ARGUMENT,
        "weights: expected one for each channel of image, got " + std::to_string(weights.size()));
  }
  check(ppatch_image_luminance(context.get(), &image, weights.empty() ? nullptr : weights.data(),
                               white, &out));
}

inline void mosaic_normalise(const Context& context, const ppatch_cfa& cfa,
                             const ppatch_scene_image& image, const Array& out) {
  check(ppatch_mosaic_normalise(context.get(), &cfa, &image, &out));
}

inline void mosaic_bin(const Context& context, const ppatch_cfa& cfa,
                       const ppatch_scene_image& image, const Array& out) {
  check(ppatch_mosaic_bin(context.get(), &cfa, &image, &out));
}

inline double pair_gain(const Context& context, const Array& anchor, const Array& target) {
  double gain = 0;
  check(ppatch_pair_gain(context.get(), &anchor, &target, &gain));
  return gain;
}

// gain 0: that of pair_gain.
inline double pair_loss(const Context& context, const Array& anchor, const Array& target,
                        double gain = 0) {
  double loss = 0;
  check(ppatch_pair_loss(context.get(), &anchor, &target, gain, &loss));
  return loss;
}

// Returns the mask's mean.
inline double pair_mask(const Context& context, const Array& anchor, const Array& target,
                        const Array& mask, const ppatch_mask_options& options = mask_options()) {
  double mean = 0;
  check(ppatch_pair_mask(context.get(), &anchor, &target, &options, &mask, &mean));
  return mean;
}

// mask: none is written.
inline ppatch_pair_measures pair_measure(const Context& context, const ppatch_cfa& cfa,
                                         const ppatch_scene_image& anchor,
                                         const ppatch_scene_image& target,
                                         const ppatch_mask_options& options = mask_options(),
                                         const Array* mask = nullptr) {
  ppatch_pair_measures measures{};
  check(ppatch_pair_measure(context.get(), &cfa, &anchor, &target, &options, mask, &measures));
  return measures;
}

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_REGISTRATION_HPP_
