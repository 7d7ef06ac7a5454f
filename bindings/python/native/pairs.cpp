// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <string>

#include "context.hpp"
#include "scene_image.hpp"

namespace ptychopatch::python {
namespace {

using Extents = std::array<std::int64_t, 2>;

std::int64_t cfa_block_of(const std::string& letters) { return cfa_block(cfa_of(letters)); }

Extents cfa_round(const std::string& letters, const std::array<double, 2>& shift) {
  const ppatch_cfa cfa = cfa_of(letters);
  Extents lattice{};
  check(ppatch_cfa_round(&cfa, shift.data(), lattice.data()));
  return lattice;
}

nb::tuple common_area(const Extents& reference, const Extents& moving, const Extents& shift) {
  ppatch_common_area area{};
  check(ppatch_common_area_of(reference.data(), moving.data(), shift.data(), &area));
  return nb::make_tuple(area.reference_y, area.reference_x, area.moving_y, area.moving_x,
                        area.height, area.width);
}

void image_shift(const PlanningContext& context, nb::handle image,
                 const std::array<double, 2>& shift, const ppatch_resample_options& options,
                 nb::handle out) {
  const HeldArray from("image", image), to("out", out, Access::write);
  run_unlocked([&] {
    check(ppatch_image_shift(context.get().get(), &*from, shift.data(), &options, &*to));
  });
}

// A motion that nobody measured.
MeasuredMotion affine_motion(const std::array<double, 2>& centre,
                             const std::array<double, 2>& shift,
                             const std::array<double, 4>& matrix) {
  MeasuredMotion made;
  made.motion.model = PPATCH_MOTION_MODEL_AFFINE;
  std::copy(centre.begin(), centre.end(), made.motion.centre);
  std::copy(shift.begin(), shift.end(), made.motion.shift);
  std::copy(matrix.begin(), matrix.end(), made.motion.matrix);
  return made;
}

void image_warp(const PlanningContext& context, nb::handle image, const MeasuredMotion& motion,
                const ppatch_resample_options& options, nb::handle out) {
  const HeldArray from("image", image), to("out", out, Access::write);
  run_unlocked([&] { ptychopatch::image_warp(context.get(), *from, motion, *to, options); });
}

// No weights: those of Rec. 709.
void image_luminance(const PlanningContext& context, nb::handle image,
                     const std::vector<double>& weights, double white, nb::handle out) {
  const HeldArray from("image", image), to("out", out, Access::write);
  run_unlocked([&] { ptychopatch::image_luminance(context.get(), *from, *to, weights, white); });
}

template <auto apply>
void mosaic(const PlanningContext& context, const std::string& letters, nb::handle image,
            const Levels& black, double white, nb::handle out) {
  const ppatch_cfa cfa = cfa_of(letters);
  const HeldImage from("image", image, nb::none(), black, white);
  const HeldArray to("out", out, Access::write);
  run_unlocked([&] { apply(context.get(), cfa, from.get(), *to); });
}

double pair_gain(const PlanningContext& context, nb::handle anchor, nb::handle target) {
  const HeldArray onto("anchor", anchor), from("target", target);
  return run_unlocked([&] { return ptychopatch::pair_gain(context.get(), *onto, *from); });
}

double pair_loss(const PlanningContext& context, nb::handle anchor, nb::handle target,
                 double gain) {
  const HeldArray onto("anchor", anchor), from("target", target);
  return run_unlocked([&] { return ptychopatch::pair_loss(context.get(), *onto, *from, gain); });
}

double pair_mask(const PlanningContext& context, nb::handle anchor, nb::handle target,
                 const ppatch_mask_options& options, nb::handle out) {
  const HeldArray onto("anchor", anchor), from("target", target), to("out", out, Access::write);
  return run_unlocked(
      [&] { return ptychopatch::pair_mask(context.get(), *onto, *from, *to, options); });
}

// Of a raw image: its black levels and its white level.
using RawLevels = std::array<double, 5>;

HeldImage raw_image(const char* name, nb::handle pixels, const RawLevels& levels) {
  return {name, pixels, nb::none(), Levels{levels[0], levels[1], levels[2], levels[3]}, levels[4]};
}

nb::tuple pair_measure(const PlanningContext& context, const std::string& letters,
                       nb::handle anchor, const RawLevels& anchor_levels, nb::handle target,
                       const RawLevels& target_levels, const ppatch_mask_options& options,
                       nb::handle out) {
  const ppatch_cfa cfa = cfa_of(letters);
  const HeldImage onto = raw_image("anchor", anchor, anchor_levels);
  const HeldImage from = raw_image("target", target, target_levels);
  const HeldArray mask("out", out, Access::write);
  const ppatch_pair_measures found = run_unlocked([&] {
    return ptychopatch::pair_measure(context.get(), cfa, onto.get(), from.get(), options, &*mask);
  });
  return nb::make_tuple(found.raw_gain, found.rgb_gain, found.loss, found.mask_mean);
}

}  // namespace

void add_pairs(nb::module_& module) {
  using Resample = ppatch_resample_options;
  using Mask = ppatch_mask_options;
  add_options(module, "ResampleOptions", resample_options(), &Resample::interpolation,
              &Resample::boundary, &Resample::period, &Resample::gain, &Resample::constant,
              &Resample::sign);
  add_options(module, "MaskOptions", mask_options(), &Mask::gain, &Mask::clip_bound,
              &Mask::threshold, &Mask::quantile);
  module.def("cfa_block", &cfa_block_of, "cfa"_a);
  module.def("cfa_round", &cfa_round, "cfa"_a, "shift"_a);
  module.def("common_area", &common_area, "reference"_a, "moving"_a, "shift"_a);
  module.def("image_shift", &image_shift, "context"_a, "image"_a, "shift"_a, "options"_a, "out"_a);
  module.def("affine_motion", &affine_motion, "centre"_a, "shift"_a, "matrix"_a);
  module.def("image_warp", &image_warp, "context"_a, "image"_a, "motion"_a, "options"_a, "out"_a);
  module.def("image_luminance", &image_luminance, "context"_a, "image"_a, "weights"_a, "white"_a,
             "out"_a);
  module.def("mosaic_normalise", &mosaic<&mosaic_normalise>, "context"_a, "cfa"_a, "image"_a,
             "black"_a, "white"_a, "out"_a);
  module.def("mosaic_bin", &mosaic<&mosaic_bin>, "context"_a, "cfa"_a, "image"_a, "black"_a,
             "white"_a, "out"_a);
  module.def("pair_gain", &pair_gain, "context"_a, "anchor"_a, "target"_a);
  module.def("pair_loss", &pair_loss, "context"_a, "anchor"_a, "target"_a, "gain"_a);
  module.def("pair_mask", &pair_mask, "context"_a, "anchor"_a, "target"_a, "options"_a, "out"_a);
  module.def("pair_measure", &pair_measure, "context"_a, "cfa"_a, "anchor"_a, "anchor_levels"_a,
             "target"_a, "target_levels"_a, "options"_a, "out"_a);
}

}  // namespace ptychopatch::python
