// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/pair_measures.hpp"

#include "formats/tensor.hpp"

namespace ptychopatch::alignment {
namespace {

using formats::Tensor;

ppatch_dtype dtype_of(const formats::ElementType& type) {
  if (type.kind == formats::Kind::kUnsigned) return PPATCH_U16;
  return type.size == 4 ? PPATCH_F32 : PPATCH_F64;
}

// One image of the pair, cropped to the common area.
struct Side {
  ppatch_scene_image image;
  ppatch_cfa cfa;

  Side(const mosaics::Mosaic& mosaic, std::int64_t y, std::int64_t x, std::int64_t height,
       std::int64_t width)
      : image(scene_image(mosaic, cropped(pixels_of(mosaic), y, x, height, width))),
        cfa(cfa_of(mosaic.cfa.shifted(y, x))) {
    // Gains count from the file's white level, wherever the camera calls a pixel overexposed.
    image.white = mosaic.white;
  }

  Tensor normalised(const Context& context) const {
    Tensor out = Tensor::make(PPATCH_F32, {image.pixels.shape[0], image.pixels.shape[1]}, "a pair");
    const ppatch_array view = out.view();
    check(ppatch_mosaic_normalise(context.get(), &cfa, &image, &view));
    return out;
  }

  Tensor binned(const Context& context, std::int64_t block) const {
    Tensor out = Tensor::make(
        PPATCH_F32, {3, image.pixels.shape[0] / block, image.pixels.shape[1] / block}, "a pair");
    const ppatch_array view = out.view();
    check(ppatch_mosaic_bin(context.get(), &cfa, &image, &view));
    return out;
  }
};

void measure_colours(const Context& context, const Tensor& anchor, const Tensor& target,
                     double clip_bound, PairMeasures& measures) {
  const ppatch_array first = anchor.view(), second = target.view();
  measures.mask_height = anchor.shape[anchor.shape.size() - 2];
  measures.mask_width = anchor.shape.back();
  if (measures.mask_height < 1 || measures.mask_width < 1) return;
  double gain = 0;
  check(ppatch_pair_gain(context.get(), &first, &second, &gain));
  if (anchor.shape.size() == 3) measures.rgb_gain = gain;
  if (!std::isfinite(gain) || gain == 0) return;
  check(ppatch_pair_loss(context.get(), &first, &second, gain, &measures.loss));
  ppatch_mask_options options{};
  options.struct_size = sizeof options;
  options.gain = gain;
  options.clip_bound = clip_bound;
  measures.mask =
      formats::Bytes(static_cast<std::size_t>(measures.mask_height * measures.mask_width));
  const ppatch_array mask =
      array(measures.mask.data(), PPATCH_U8, {measures.mask_height, measures.mask_width});
  check(ppatch_pair_mask(context.get(), &first, &second, &options, &mask, &measures.mask_mean));
}

}  // namespace

ppatch_array pixels_of(const mosaics::Mosaic& mosaic) {
  return array(mosaic.pixels.data.data(), dtype_of(mosaic.pixels.type), mosaic.pixels.shape);
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

ppatch_scene_image scene_image(const mosaics::Mosaic& mosaic, const ppatch_array& pixels) {
  ppatch_scene_image image = ppatch_scene_image_of(pixels);
  image.own_levels = 1;
  for (double& each : image.black) each = mosaic.black;
  image.white = mosaic.clip;
  return image;
}

PairMeasures measure_pair(const Context& context, const mosaics::Mosaic& reference,
                          const mosaics::Mosaic& image, const std::int64_t (&lattice_shift)[2]) {
  PairMeasures measures;
  const std::int64_t reference_shape[2] = {reference.height(), reference.width()};
  const std::int64_t image_shape[2] = {image.height(), image.width()};
  check(ppatch_common_area_of(reference_shape, image_shape, lattice_shift, &measures.common));
  const ppatch_common_area& common = measures.common;
  const bool levels = reference.white > reference.black && image.white > image.black;
  if (common.height < 1 || common.width < 1 || !levels) return measures;
  const Side anchor(reference, common.reference_y, common.reference_x, common.height, common.width);
  const Side target(image, common.moving_y, common.moving_x, common.height, common.width);
  const double clip_bound =
      (reference.clip - reference.black) / (reference.white - reference.black);
  const bool mosaic = reference.cfa.mosaic();
  {
    const Tensor first = anchor.normalised(context), second = target.normalised(context);
    const ppatch_array views[2] = {first.view(), second.view()};
    check(ppatch_pair_gain(context.get(), &views[0], &views[1], &measures.raw_gain));
    if (!mosaic) {
      measure_colours(context, first, second, clip_bound, measures);
      return measures;
    }
  }
  const std::int64_t block = reference.cfa.period == 2 ? 2 : 3;
  measure_colours(context, anchor.binned(context, block), target.binned(context, block), clip_bound,
                  measures);
  return measures;
}

}  // namespace ptychopatch::alignment
