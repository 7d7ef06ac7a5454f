// SPDX-License-Identifier: Apache-2.0
#include "core/registration/pair_calls.hpp"

#include <cmath>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "core/array_check.hpp"
#include "core/dtype_dispatch.hpp"
#include "core/enumerations.hpp"
#include "core/options.hpp"
#include "core/registration/cfa_pattern.hpp"
#include "core/registration/motion_field.hpp"
#include "core/registration/scene_image.hpp"

namespace ppatch {
namespace {

// The view of an array of shape (H, W) or (C, H, W); another one is refused.
ImageView view_of(const CheckedArray& array) {
  if (array.ndim() != 2 && array.ndim() != 3) {
    invalid(array.name(), ": expected shape (H, W) or (C, H, W), got ", array.ndim(), " axes");
  }
  return image_view(array);
}

// Of an output: it can be written, and overlaps no input.
void expect_output(const CheckedArray& out, std::initializer_list<const CheckedArray*> inputs) {
  out.expect_writable();
  for (const CheckedArray* input : inputs) out.expect_apart_from(*input);
}

// Those of the card that one of the arrays lies on, or of the host.
const PairOperators& operators_of(const Context& context,
                                  std::initializer_list<const CheckedArray*> arrays) {
  int card = Context::host;
  for (const CheckedArray* array : arrays) card = array->on_device() ? array->card() : card;
  return context.backend_at(card).pair_operators();
}

// A factor or a value that pixels become.
void expect_finite(const char* name, double value) {
  if (!std::isfinite(value)) invalid(name, ": expected a finite number, got ", value);
}

// A raw image between its own black levels and its white level.
struct RawInput {
  RawInput(const Context& context, const ppatch_cfa& given, const ppatch_scene_image& image,
           const std::string& name = "image")
      : pattern(read_cfa("cfa", given)),
        pixels_name(name + ".pixels"),
        pixels(pixels_name.c_str(), &image.pixels, context) {
    if (image.own_levels != 1) {
      invalid(name, ".own_levels: expected 1, for there is no plan to have others, got ",
              image.own_levels);
    }
    ppatch_scene_image unmasked = image;
    unmasked.mask.data = nullptr;
    const ppatch_cfa none{};
    view = read_scene_image(name, unmasked, pattern.period == 1 ? none : given, PixelLevels(),
                            context);
    for (int i = 0; i < pattern.period * pattern.period; ++i) {
      if (!(view.white > view.black[i])) {
        invalid(name, ".white: expected more than every black level, got ", view.white,
                " with a black level of ", view.black[i]);
      }
    }
  }
  CfaPattern pattern;
  std::string pixels_name;
  CheckedArray pixels;
  SceneImageView view;
};

// A gain of 0 stays: it is the pair's own.
PairMaskSettings read_mask_settings(const ppatch_mask_options* given) {
  const ppatch_mask_options options = read_options("options", given);
  if (options.reserved != 0) invalid("options.reserved: expected 0, got ", options.reserved);
  expect_finite("options.gain", options.gain);
  expect_finite("options.clip_bound", options.clip_bound);
  if (!(options.threshold >= 0.0)) {
    invalid("options.threshold: expected at least 0, got ", options.threshold);
  }
  if (!(options.quantile >= 0.0 && options.quantile <= 1.0)) {
    invalid("options.quantile: expected 0 to 1, got ", options.quantile);
  }
  PairMaskSettings settings;
  settings.gain = options.gain;
  settings.clips = options.clip_bound != 0.0;
  settings.clip_bound = options.clip_bound;
  if (options.threshold > 0.0) settings.threshold = options.threshold;
  if (options.quantile > 0.0) settings.quantile = options.quantile;
  return settings;
}

std::vector<std::int64_t> shape_of(const CheckedArray& array) {
  std::vector<std::int64_t> shape;
  shape.reserve(static_cast<std::size_t>(array.ndim()));
  for (int axis = 0; axis < array.ndim(); ++axis) shape.push_back(array.shape(axis));
  return shape;
}

// Weights of channels, over their sum.
ChannelSum read_weights(const double* given, std::int64_t channels) {
  constexpr double rec709[] = {0.2126, 0.7152, 0.0722};
  if (!given && channels != 3) {
    invalid("weights: expected ", channels, " numbers, one for each channel of image, got NULL");
  }
  if (given) expect_pointer("weights", "a number for each channel", given);
  const double* const weights = given ? given : rec709;
  double all = 0.0;
  for (std::int64_t c = 0; c < channels; ++c) {
    if (!(std::isfinite(weights[c]) && weights[c] >= 0.0)) {
      invalid("weights[", c, "]: expected a finite number of at least 0, got ", weights[c]);
    }
    all += weights[c];
  }
  if (!(std::isfinite(all) && all > 0.0)) {
    invalid("weights: expected a sum that is above 0 and finite, got ", all);
  }
  ChannelSum sum;
  for (std::int64_t c = 0; c < channels; ++c) sum.weight[c] = weights[c] / all;
  return sum;
}

struct Pair {
  Pair(const Context& context, const ppatch_array* first, const ppatch_array* second)
      : anchor_array("anchor", first, context), target_array("target", second, context) {
    anchor_array.expect_dtype({DType::f32, DType::f64});
    target_array.expect_dtype({DType::f32, DType::f64});
    anchor = view_of(anchor_array);
    target_array.expect_shape(shape_of(anchor_array));
    target = view_of(target_array);
  }
  const PairOperators& operators(const Context& context) const {
    return operators_of(context, {&anchor_array, &target_array});
  }
  CheckedArray anchor_array, target_array;
  ImageView anchor, target;
};

// How an image is to be moved.
struct Resampling {
  explicit Resampling(const ppatch_resample_options* given) {
    const ppatch_resample_options options = read_options("options", given);
    settings.interpolation = read_enum("interpolation", options.interpolation, last_interpolation);
    settings.boundary = read_enum("boundary", options.boundary, last_boundary);
    check_option("period", options.period, 0, 1024);
    expect_finite("options.gain", options.gain);
    expect_finite("options.constant", options.constant);
    check_option("sign", options.sign, PPATCH_SHIFT_SIGN_REGISTER, PPATCH_SHIFT_SIGN_DISPLACEMENT);
    check_option("reserved", options.reserved, 0, 0);
    if (options.period > 0) settings.period = options.period;
    if (options.gain != 0.0) settings.gain = options.gain;
    settings.constant = options.constant;
    displacement = options.sign == PPATCH_SHIFT_SIGN_DISPLACEMENT;
  }
  ResampleSettings settings;
  bool displacement = false;
};

// An image and where it is moved to.
struct MovedImage {
  MovedImage(const Context& context, const ppatch_array* image, const ppatch_array* out)
      : from("image", image, context), to("out", out, context) {
    from.expect_dtype(sample_types);
    source = view_of(from);
    to.expect_dtype({from.dtype()});
    target = view_of(to);
    if (to.ndim() != from.ndim() || target.count != source.count) {
      invalid("out: expected as many axes and channels as image has, ", source.count, ", got ",
              target.count);
    }
    expect_output(to, {&from});
    if (!to.empty() && from.empty()) invalid("image: expected a pixel in it, got none");
  }
  const PairOperators& operators(const Context& context) const {
    return operators_of(context, {&from, &to});
  }
  CheckedArray from, to;
  ImageView source, target;
};

}  // namespace

void shift_image(Context& context, const ppatch_array* image, const double* shift,
                 const ppatch_resample_options* given, const ppatch_array* out) {
  const Resampling asked(given);
  expect_shift(shift);
  const double sign = asked.displacement ? -1.0 : 1.0;
  const double by[2] = {sign * shift[0], sign * shift[1]};
  const MovedImage moved(context, image, out);
  if (moved.to.empty()) return;
  moved.operators(context).shift_image(moved.source, by, asked.settings, moved.target);
}

void warp_image(Context& context, const ppatch_array* image, const ppatch_scene_motion& motion,
                std::int64_t tile_count, const ppatch_tile_shift* tiles,
                const ppatch_resample_options* given, const ppatch_array* out) {
  const Resampling asked(given);
  const MotionField field(motion, tile_count, tiles, asked.displacement);
  const MovedImage moved(context, image, out);
  if (moved.to.empty()) return;
  const MotionMap map = field.map();
  const PairOperators& operators = moved.operators(context);
  if (field.is_shift()) {
    operators.shift_image(moved.source, map.shift, asked.settings, moved.target);
  } else {
    operators.warp_image(moved.source, map, asked.settings, moved.target);
  }
}

void image_luminance(Context& context, const ppatch_array* image, const double* weights,
                     double white, const ppatch_array* out) {
  expect_finite("white", white);
  const CheckedArray from("image", image, context);
  from.expect_dtype(sample_types);
  if (from.ndim() != 3) {
    invalid("image: expected shape (H, W, C), got ", from.ndim(), " axes");
  }
  const std::int64_t channels = from.shape(2);
  if (channels < 1 || channels > max_channels) {
    invalid("image: expected 1 to ", max_channels, " channels, got ", channels);
  }
  ChannelSum sum = read_weights(weights, channels);
  const CheckedArray to("out", out, context);
  to.expect_dtype({DType::f32, DType::f64});
  to.expect_shape({from.shape(0), from.shape(1)});
  expect_output(to, {&from});
  if (to.empty()) return;
  sum.clips = white != 0.0;
  sum.white = sum.clipped = white;
  // In single precision not below the white level, or the pixel would not be clipped.
  if (to.dtype() == DType::f32 && static_cast<double>(static_cast<float>(white)) < white) {
    sum.clipped = std::nextafter(static_cast<float>(white), std::numeric_limits<float>::infinity());
  }
  const ImageView source = {from.data(),   from.dtype(),   channels,       from.shape(0),
                            from.shape(1), from.stride(2), from.stride(0), from.stride(1)};
  operators_of(context, {&from, &to}).image_luminance(source, sum, view_of(to));
}

void normalise_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                      const ppatch_array* out) {
  const RawInput input(context, cfa, image);
  const CheckedArray to("out", out, context);
  to.expect_dtype({DType::f32, DType::f64});
  to.expect_shape({input.view.height, input.view.width});
  expect_output(to, {&input.pixels});
  operators_of(context, {&input.pixels, &to})
      .normalise_mosaic(input.view, input.pattern.period, view_of(to));
}

void bin_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                const ppatch_array* out) {
  const RawInput input(context, cfa, image);
  if (input.pattern.period == 1) invalid("cfa: expected a mosaic, 2 x 2 or 6 x 6, got none");
  const int block = full_block(input.pattern);
  const CheckedArray to("out", out, context);
  to.expect_dtype({DType::f32, DType::f64});
  to.expect_shape({3, input.view.height / block, input.view.width / block});
  expect_output(to, {&input.pixels});
  if (!to.empty())
    operators_of(context, {&input.pixels, &to})
        .bin_mosaic(input.view, input.pattern, block, view_of(to));
}

double pair_gain(Context& context, const ppatch_array* anchor, const ppatch_array* target) {
  const Pair pair(context, anchor, target);
  return pair.operators(context).pair_gain(pair.anchor, pair.target);
}

double pair_loss(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 double gain) {
  expect_finite("gain", gain);
  const Pair pair(context, anchor, target);
  if (gain == 0.0) gain = pair.operators(context).pair_gain(pair.anchor, pair.target);
  return pair.operators(context).pair_loss(pair.anchor, pair.target, gain);
}

double pair_mask(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 const ppatch_mask_options* given, const ppatch_array* mask) {
  PairMaskSettings settings = read_mask_settings(given);
  const Pair pair(context, anchor, target);
  const CheckedArray to("mask", mask, context);
  to.expect_dtype({DType::u8});
  to.expect_shape({pair.anchor.height, pair.anchor.width});
  expect_output(to, {&pair.anchor_array, &pair.target_array});
  if (pair.anchor_array.empty()) return std::nan("");
  const PairOperators& operators =
      operators_of(context, {&pair.anchor_array, &pair.target_array, &to});
  if (settings.gain == 0.0) settings.gain = operators.pair_gain(pair.anchor, pair.target);
  return operators.pair_mask(pair.anchor, pair.target, settings, view_of(to));
}

ppatch_pair_measures measure_pair(Context& context, const ppatch_cfa& cfa,
                                  const ppatch_scene_image& anchor,
                                  const ppatch_scene_image& target,
                                  const ppatch_mask_options* options, const ppatch_array* mask) {
  const PairMaskSettings settings = read_mask_settings(options);
  const RawInput first(context, cfa, anchor, "anchor"), second(context, cfa, target, "target");
  second.pixels.expect_shape(shape_of(first.pixels));
  const RawPair pair{first.view, second.view, first.pattern, full_block(first.pattern)};
  ImageView out;
  if (!mask) {
    return operators_of(context, {&first.pixels, &second.pixels}).measure_pair(pair, settings, out);
  }
  const CheckedArray to("mask", mask, context);
  to.expect_dtype({DType::u8});
  to.expect_shape({first.view.height / pair.block, first.view.width / pair.block});
  expect_output(to, {&first.pixels, &second.pixels});
  if (!to.empty()) out = view_of(to);
  return operators_of(context, {&first.pixels, &second.pixels, &to})
      .measure_pair(pair, settings, out);
}

}  // namespace ppatch
