// SPDX-License-Identifier: Apache-2.0
#include "pairs.hpp"

#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>

#include <string>

#include "context.hpp"
#include "scene_image.hpp"

namespace ptychopatch::python {
namespace {

using Extents = std::array<std::int64_t, 2>;

// "": no mosaic.
ppatch_cfa cfa_of(const std::string& letters) {
  return letters.empty() ? ppatch_cfa_none() : ptychopatch::cfa(letters);
}

std::array<std::int64_t, 2> cfa_round(const std::string& letters,
                                      const std::array<double, 2>& shift) {
  const ppatch_cfa cfa = cfa_of(letters);
  std::array<std::int64_t, 2> lattice{};
  check(ppatch_cfa_round(&cfa, shift.data(), lattice.data()));
  return lattice;
}

nb::tuple common_area(const Extents& reference, const Extents& moving, const Extents& shift) {
  ppatch_common_area area{};
  check(ppatch_common_area_of(reference.data(), moving.data(), shift.data(), &area));
  return nb::make_tuple(area.reference_y, area.reference_x, area.moving_y, area.moving_x,
                        area.height, area.width);
}

void image_shift(PlanningContext& context, nb::handle image, const std::array<double, 2>& shift,
                 std::int32_t interpolation, std::int32_t boundary, std::int32_t period,
                 double gain, double constant, nb::handle out) {
  const HeldArray from("image", image);
  const HeldArray to("out", out, Access::kWrite);
  ppatch_resample_options options = PPATCH_RESAMPLE_OPTIONS_INIT;
  options.interpolation = interpolation;
  options.boundary = boundary;
  options.period = period;
  options.gain = gain;
  options.constant = constant;
  run_unlocked([&] {
    check(ppatch_image_shift(context.get().get(), &*from, shift.data(), &options, &*to));
  });
}

using MosaicOperator = ppatch_status (*)(ppatch_context*, const ppatch_cfa*,
                                         const ppatch_scene_image*, const ppatch_array*);

template <MosaicOperator apply>
void mosaic(PlanningContext& context, const std::string& letters, nb::handle image,
            const Levels& black, double white, nb::handle out) {
  const ppatch_cfa cfa = cfa_of(letters);
  HeldImage from("image", image, nb::none());
  from.set_levels(black, white);
  const HeldArray to("out", out, Access::kWrite);
  run_unlocked([&] { check(apply(context.get().get(), &cfa, &from.get(), &*to)); });
}

double pair_gain(PlanningContext& context, nb::handle anchor, nb::handle target) {
  const HeldArray onto("anchor", anchor);
  const HeldArray from("target", target);
  double gain = 0;
  run_unlocked([&] { check(ppatch_pair_gain(context.get().get(), &*onto, &*from, &gain)); });
  return gain;
}

double pair_loss(PlanningContext& context, nb::handle anchor, nb::handle target, double gain) {
  const HeldArray onto("anchor", anchor);
  const HeldArray from("target", target);
  double loss = 0;
  run_unlocked([&] { check(ppatch_pair_loss(context.get().get(), &*onto, &*from, gain, &loss)); });
  return loss;
}

double pair_mask(PlanningContext& context, nb::handle anchor, nb::handle target, double gain,
                 double clip_bound, double threshold, double quantile, nb::handle out) {
  const HeldArray onto("anchor", anchor);
  const HeldArray from("target", target);
  const HeldArray to("out", out, Access::kWrite);
  ppatch_mask_options options = PPATCH_MASK_OPTIONS_INIT;
  options.gain = gain;
  options.clip_bound = clip_bound;
  options.threshold = threshold;
  options.quantile = quantile;
  double mean = 0;
  run_unlocked(
      [&] { check(ppatch_pair_mask(context.get().get(), &*onto, &*from, &options, &*to, &mean)); });
  return mean;
}

}  // namespace

void add_pairs(nb::module_& module) {
  module.def("cfa_round", &cfa_round, nb::arg("cfa"), nb::arg("shift"));
  module.def("common_area", &common_area, nb::arg("reference"), nb::arg("moving"),
             nb::arg("shift"));
  module.def("image_shift", &image_shift, nb::arg("context"), nb::arg("image"), nb::arg("shift"),
             nb::arg("interpolation"), nb::arg("boundary"), nb::arg("period"), nb::arg("gain"),
             nb::arg("constant"), nb::arg("out"));
  module.def("mosaic_normalise", &mosaic<&ppatch_mosaic_normalise>, nb::arg("context"),
             nb::arg("cfa"), nb::arg("image"), nb::arg("black"), nb::arg("white"), nb::arg("out"));
  module.def("mosaic_bin", &mosaic<&ppatch_mosaic_bin>, nb::arg("context"), nb::arg("cfa"),
             nb::arg("image"), nb::arg("black"), nb::arg("white"), nb::arg("out"));
  module.def("pair_gain", &pair_gain, nb::arg("context"), nb::arg("anchor"), nb::arg("target"));
  module.def("pair_loss", &pair_loss, nb::arg("context"), nb::arg("anchor"), nb::arg("target"),
             nb::arg("gain"));
  module.def("pair_mask", &pair_mask, nb::arg("context"), nb::arg("anchor"), nb::arg("target"),
             nb::arg("gain"), nb::arg("clip_bound"), nb::arg("threshold"), nb::arg("quantile"),
             nb::arg("out"));
}

}  // namespace ptychopatch::python
