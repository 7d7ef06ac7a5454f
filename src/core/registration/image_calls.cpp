// SPDX-License-Identifier: Apache-2.0
#include "core/registration/image_calls.hpp"

#include "core/dtype_dispatch.hpp"
#include "core/enumerations.hpp"
#include "core/options.hpp"
#include "core/registration/cfa_pattern.hpp"
#include "core/registration/image_arrays.hpp"
#include "core/registration/scene_image.hpp"

namespace ppatch {
namespace {

// A raw image between its own black levels and its white level.
struct RawInput {
  RawInput(const Context& context, const ppatch_cfa& given, const ppatch_scene_image& image)
      : pattern(read_cfa("cfa", given)), pixels("image.pixels", &image.pixels, context.backend()) {
    if (image.own_levels != 1) {
      invalid("image.own_levels: expected 1, for there is no plan to have others, got ",
              image.own_levels);
    }
    ppatch_scene_image unmasked = image;
    unmasked.mask.data = nullptr;
    const ppatch_cfa none{};
    view = read_scene_image("image", unmasked, pattern.period == 1 ? none : given, PixelLevels(),
                            context.backend());
    for (int i = 0; i < pattern.period * pattern.period; ++i) {
      if (!(view.white > view.black[i])) {
        invalid("image.white: expected more than every black level, got ", view.white,
                " with a black level of ", view.black[i]);
      }
    }
  }
  CfaPattern pattern;
  CheckedArray pixels;
  SceneImageView view;
};

}  // namespace

void shift_image(Context& context, const ppatch_array* image, const double* shift,
                 const ppatch_resample_options* given, const ppatch_array* out) {
  const ppatch_resample_options options = read_options("options", given);
  ResampleSettings settings;
  settings.interpolation = read_enum("interpolation", options.interpolation, last_interpolation);
  settings.boundary = read_enum("boundary", options.boundary, last_boundary);
  check_option("period", options.period, 0, 1024);
  expect_finite("options.gain", options.gain);
  expect_finite("options.constant", options.constant);
  if (options.period > 0) settings.period = options.period;
  if (options.gain != 0.0) settings.gain = options.gain;
  settings.constant = options.constant;
  expect_shift(shift);
  const CheckedArray from("image", image, context.backend());
  from.expect_dtype(sample_types);
  const ImageView source = image_view(from);
  const CheckedArray to("out", out, context.backend());
  to.expect_dtype({from.dtype()});
  const ImageView target = image_view(to);
  if (to.ndim() != from.ndim() || target.count != source.count) {
    invalid("out: expected as many axes and channels as image has, ", source.count, ", got ",
            target.count);
  }
  expect_output(to, {&from});
  if (to.empty()) return;
  if (from.empty()) invalid("image: expected a pixel in it, got none");
  context.backend().pair_operators().shift_image(source, shift, settings, target);
}

void normalise_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                      const ppatch_array* out) {
  const RawInput input(context, cfa, image);
  const CheckedArray to("out", out, context.backend());
  to.expect_dtype({DType::f32, DType::f64});
  to.expect_shape({input.view.height, input.view.width});
  expect_output(to, {&input.pixels});
  context.backend().pair_operators().normalise_mosaic(input.view, input.pattern.period,
                                                      image_view(to));
}

void bin_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                const ppatch_array* out) {
  const RawInput input(context, cfa, image);
  const int period = input.pattern.period;
  if (period == 1) invalid("cfa: expected a mosaic, 2 x 2 or 6 x 6, got none");
  const int block = period == 2 ? 2 : 3;
  for (int by = 0; by < period; by += block) {
    for (int bx = 0; bx < period; bx += block) {
      bool has[3] = {};
      for (int i = 0; i < block * block; ++i) {
        has[input.pattern.at(by + i / block, bx + i % block)] = true;
      }
      if (!has[0] || !has[1] || !has[2]) {
        invalid("cfa: expected red, green and blue in every ", block, " x ", block,
                " block, got one without");
      }
    }
  }
  const CheckedArray to("out", out, context.backend());
  to.expect_dtype({DType::f32, DType::f64});
  to.expect_shape({3, input.view.height / block, input.view.width / block});
  expect_output(to, {&input.pixels});
  if (!to.empty())
    context.backend().pair_operators().bin_mosaic(input.view, input.pattern, block, image_view(to));
}

}  // namespace ppatch
