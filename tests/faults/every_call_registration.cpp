// SPDX-License-Identifier: Apache-2.0
#include "faults/every_call_data.hpp"

void EveryCall::add_scenes() {
  Data& d = *data_;
  d.scene_options.height = d.scene_options.width = scene_size;
  d.scene_options.cfa = d.cfa;
  d.scene_options.max_shift[0] = d.scene_options.max_shift[1] = 12;
  const ppatch_scene_image reference =
      ppatch_scene_image_of(Data::array(d.still, {scene_size, scene_size}));
  const std::vector<ppatch_scene_image> images(
      image_count, ppatch_scene_image_of(Data::array(d.moved, {scene_size, scene_size})));
  require(ppatch_scene_plan_create(&d.scene_plan, context_, &d.scene_options));
  require(ppatch_scene_plan_borrow_reference(d.scene_plan, &reference));
  add("ppatch_scene_plan_bytes", [this, &d] {
    std::uint64_t bytes = 0;
    return ppatch_scene_plan_bytes(context_, &d.scene_options, &bytes);
  });
  add("ppatch_scene_plan_create", [this, &d] {
    ppatch_scene_plan* made = nullptr;
    const ppatch_status status = ppatch_scene_plan_create(&made, context_, &d.scene_options);
    ppatch_scene_plan_destroy(made);
    return status;
  });
  add("ppatch_scene_plan_set_stream",
      [&d] { return ppatch_scene_plan_set_stream(d.scene_plan, nullptr); });
  add("ppatch_scene_plan_borrow_reference",
      [=, &d] { return ppatch_scene_plan_borrow_reference(d.scene_plan, &reference); });
  add("ppatch_scene_plan_get_info", [&d] {
    ppatch_scene_plan_info info = PPATCH_SCENE_PLAN_INFO_INIT;
    return ppatch_scene_plan_get_info(d.scene_plan, &info);
  });
  add("ppatch_scene_plan_align", [images, &d] {
    return ppatch_scene_plan_align(d.scene_plan, image_count, images.data(), d.shifts.data());
  });
  // Three tiles by three.
  ppatch_scene_options options = d.scene_options;
  options.cfa = ppatch_cfa_none();
  options.motion = PPATCH_MOTION_MODEL_AFFINE;
  require(ppatch_scene_plan_create(&d.motion_plan, context_, &options));
  require(ppatch_scene_plan_borrow_reference(d.motion_plan, &reference));
  add("ppatch_scene_plan_measure_motion", [images, &d] {
    return ppatch_scene_plan_measure_motion(d.motion_plan, image_count, images.data(),
                                            d.of_motions.data(), d.motions.data(), tile_count,
                                            d.tiles.data());
  });
}

void EveryCall::add_pairs() {
  Data& d = *data_;
  ppatch_scene_image image = ppatch_scene_image_of(Data::array(d.still, {scene_size, scene_size}));
  image.own_levels = 1;
  for (double& black : image.black) black = 100.0;
  image.white = 9000.0;
  const ppatch_array anchor = Data::array(d.anchor, {scene_size, scene_size});
  const ppatch_array target = Data::array(d.target, {scene_size, scene_size});
  const ppatch_array shifted = Data::array(d.shifted, {scene_size, scene_size});
  const ppatch_array warped = Data::array(d.warped, {scene_size, scene_size});
  const ppatch_array luminance = Data::array(d.luminance, {scene_size / 2, scene_size / 2});
  const ppatch_array normal = Data::array(d.normal, {scene_size, scene_size});
  const ppatch_array binned = Data::array(d.binned, {3, scene_size / 2, scene_size / 2});
  const ppatch_array mask = Data::array(d.mask, {scene_size, scene_size});
  double* numbers = d.numbers.data();
  add("ppatch_image_shift", [=, this] {
    const double shift[2] = {1.25, -0.5};
    return ppatch_image_shift(context_, &anchor, shift, nullptr, &shifted);
  });
  add("ppatch_image_warp", [=, this] {
    ppatch_scene_motion motion{};
    motion.model = PPATCH_MOTION_MODEL_AFFINE;
    motion.matrix[0] = motion.matrix[3] = 1.0;
    motion.matrix[1] = 0.01;
    return ppatch_image_warp(context_, &anchor, &motion, 0, nullptr, nullptr, &warped);
  });
  add("ppatch_image_luminance", [=, this] {
    ppatch_array channels = anchor;
    channels.ndim = 3;
    channels.shape[0] = channels.shape[1] = scene_size / 2;
    channels.shape[2] = 3;
    channels.strides[2] = 1;
    return ppatch_image_luminance(context_, &channels, nullptr, 0.9, &luminance);
  });
  add("ppatch_mosaic_normalise",
      [=, this, &d] { return ppatch_mosaic_normalise(context_, &d.cfa, &image, &normal); });
  add("ppatch_mosaic_bin",
      [=, this, &d] { return ppatch_mosaic_bin(context_, &d.cfa, &image, &binned); });
  add("ppatch_pair_gain",
      [=, this] { return ppatch_pair_gain(context_, &anchor, &target, numbers); });
  add("ppatch_pair_loss",
      [=, this] { return ppatch_pair_loss(context_, &anchor, &target, 0.5, numbers + 1); });
  add("ppatch_pair_mask", [=, this] {
    return ppatch_pair_mask(context_, &anchor, &target, nullptr, &mask, numbers + 2);
  });
  ppatch_scene_image other = image;
  other.pixels = Data::array(d.moved, {scene_size, scene_size});
  const ppatch_array measured = Data::array(d.measured, {scene_size / 2, scene_size / 2});
  add("ppatch_pair_measure", [=, this, &d] {
    return ppatch_pair_measure(context_, &d.cfa, &image, &other, nullptr, &measured,
                               d.measures.data());
  });
  add("ppatch_cfa_parse", [] {
    ppatch_cfa parsed;
    return ppatch_cfa_parse("GBRG", &parsed);
  });
  add("ppatch_cfa_block", [&d] {
    std::int64_t block;
    return ppatch_cfa_block(&d.cfa, &block);
  });
  add("ppatch_cfa_round", [&d] {
    const double shift[2] = {1.25, -2.5};
    std::int64_t lattice[2];
    return ppatch_cfa_round(&d.cfa, shift, lattice);
  });
  add("ppatch_common_area_of", [] {
    const std::int64_t shape[2] = {scene_size, scene_size}, shift[2] = {2, -4};
    ppatch_common_area area;
    return ppatch_common_area_of(shape, shape, shift, &area);
  });
}
