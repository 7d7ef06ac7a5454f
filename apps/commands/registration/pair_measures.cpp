// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/pair_measures.hpp"

namespace ptychopatch::alignment {
namespace {

ppatch_dtype dtype_of(const formats::ElementType& type) {
  if (type.kind == formats::Kind::unsigned_integer) return PPATCH_U16;
  return type.size == 4 ? PPATCH_F32 : PPATCH_F64;
}

// One image of a pair, cropped to the common area. Gains count from the file's white level,
// wherever the camera calls a pixel overexposed.
ppatch_scene_image side_of(const mosaics::RawImage& raw, std::int64_t y, std::int64_t x,
                           const ppatch_common_area& common) {
  ppatch_scene_image image =
      scene_image(raw, cropped(pixels_of(raw), y, x, common.height, common.width));
  image.white = raw.white;
  return image;
}

}  // namespace

ppatch_array pixels_of(const mosaics::RawImage& raw) {
  return array(raw.pixels.data.data(), dtype_of(raw.pixels.type), raw.pixels.shape);
}

ppatch_array cropped(ppatch_array image, std::int64_t y, std::int64_t x, std::int64_t height,
                     std::int64_t width) {
  auto* data = static_cast<std::byte*>(image.data);
  const std::int64_t offset = y * image.strides[0] + x * image.strides[1];
  image.data = data + offset * ppatch_dtype_size(image.dtype);
  image.shape[0] = height;
  image.shape[1] = width;
  return image;
}

ppatch_cfa cfa_of(const mosaics::Cfa& cfa) {
  ppatch_cfa result{};
  if (!cfa.mosaic()) return result;
  result.height = result.width = cfa.period;
  for (int i = 0; i < cfa.period * cfa.period; ++i) {
    result.colour[i] = cfa.colours[static_cast<std::size_t>(i)];
  }
  return result;
}

ppatch_scene_image scene_image(const mosaics::RawImage& raw, const ppatch_array& pixels) {
  ppatch_scene_image image = ppatch_scene_image_of(pixels);
  image.own_levels = 1;
  for (double& each : image.black) each = raw.black;
  image.white = raw.clip;
  return image;
}

PairMeasures measure_pair(const Context& context, const mosaics::RawImage& reference,
                          const mosaics::RawImage& image, const std::int64_t (&lattice_shift)[2]) {
  PairMeasures measures;
  const std::int64_t reference_shape[2] = {reference.height(), reference.width()};
  const std::int64_t image_shape[2] = {image.height(), image.width()};
  check(ppatch_common_area_of(reference_shape, image_shape, lattice_shift, &measures.common));
  const ppatch_common_area& common = measures.common;
  const bool levels = reference.white > reference.black && image.white > image.black;
  if (common.height < 1 || common.width < 1 || !levels) return measures;
  const mosaics::Cfa cfa = reference.cfa.shifted(common.reference_y, common.reference_x);
  const std::int64_t block = cfa_block(cfa_of(cfa));
  measures.mask_height = common.height / block;
  measures.mask_width = common.width / block;
  measures.mask =
      formats::Bytes(static_cast<std::size_t>(measures.mask_height * measures.mask_width));
  const ppatch_array mask =
      array(measures.mask.data(), PPATCH_U8, {measures.mask_height, measures.mask_width});
  ppatch_mask_options options = mask_options();
  options.clip_bound = (reference.clip - reference.black) / (reference.white - reference.black);
  const ppatch_pair_measures found = pair_measure(
      context, cfa_of(cfa), side_of(reference, common.reference_y, common.reference_x, common),
      side_of(image, common.moving_y, common.moving_x, common), options, &mask);
  measures.raw_gain = found.raw_gain;
  measures.rgb_gain = found.rgb_gain;
  measures.loss = found.loss;
  measures.mask_mean = found.mask_mean;
  if (std::isnan(found.mask_mean)) measures.mask = {};
  return measures;
}

}  // namespace ptychopatch::alignment
