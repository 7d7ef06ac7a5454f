// SPDX-License-Identifier: Apache-2.0
#include "core/registration/pair_calls.hpp"

#include <algorithm>
#include <cmath>

#include "core/array_check.hpp"
#include "core/options.hpp"
#include "core/registration/cfa_pattern.hpp"
#include "core/registration/scene_plan.hpp"

namespace ppatch {
namespace {

// (H, W) or (C, H, W).
ImageView image_view(const CheckedArray& array) {
  if (array.ndim() != 2 && array.ndim() != 3) {
    invalid(array.name(), ": expected shape (H, W) or (C, H, W), got ", array.ndim(), " axes");
  }
  const int first = array.ndim() - 2;
  ImageView view;
  view.data = array.data();
  view.dtype = array.dtype();
  view.count = first == 1 ? array.shape(0) : 1;
  view.height = array.shape(first);
  view.width = array.shape(first + 1);
  view.stride_image = first == 1 ? array.stride(0) : 0;
  view.stride_y = array.stride(first);
  view.stride_x = array.stride(first + 1);
  return view;
}

std::vector<std::int64_t> shape_of(const CheckedArray& array) {
  std::vector<std::int64_t> shape;
  shape.reserve(static_cast<std::size_t>(array.ndim()));
  for (int axis = 0; axis < array.ndim(); ++axis) shape.push_back(array.shape(axis));
  return shape;
}

struct Pair {
  Pair(const Context& context, const ppatch_array* first, const ppatch_array* second)
      : anchor_array("anchor", first, context.backend()),
        target_array("target", second, context.backend()) {
    anchor_array.expect_dtype({DType::f32, DType::f64});
    target_array.expect_dtype({DType::f32, DType::f64});
    anchor = image_view(anchor_array);
    target_array.expect_shape(shape_of(anchor_array));
    target = image_view(target_array);
  }
  CheckedArray anchor_array, target_array;
  ImageView anchor, target;
};

void expect_output(const CheckedArray& out, std::initializer_list<const CheckedArray*> inputs) {
  out.expect_writable();
  for (const CheckedArray* input : inputs) out.expect_apart_from(*input);
}

void check_gain(const char* name, double gain) {
  if (!std::isfinite(gain)) invalid(name, ": expected a finite number, got ", gain);
}

struct SceneInput {
  SceneInput(const Context& context, const ppatch_cfa& given, const ppatch_scene_image& image)
      : mosaic(read_cfa("cfa", given)), pixels("image.pixels", &image.pixels, context.backend()) {
    if (image.own_levels != 1) {
      invalid("image.own_levels: expected 1, for there is no plan to have others, got ",
              image.own_levels);
    }
    ppatch_scene_image unmasked = image;
    unmasked.mask.data = nullptr;
    const ppatch_cfa none{};
    view = read_scene_image("image", unmasked, mosaic.period == 1 ? none : given, PixelLevels(),
                            context.backend());
    for (int i = 0; i < mosaic.period * mosaic.period; ++i) {
      if (!(view.white > view.black[i])) {
        invalid("image.white: expected more than every black level, got ", view.white,
                " with a black level of ", view.black[i]);
      }
    }
  }
  CfaPattern mosaic;
  CheckedArray pixels;
  SceneImageView view;
};

}  // namespace

void cfa_round(const ppatch_cfa& cfa, const double* shift, std::int64_t* lattice) {
  const CfaPattern mosaic = read_cfa("cfa", cfa);
  if (!shift) invalid("shift: expected two numbers, got NULL");
  if (!lattice) invalid("lattice: expected room for two numbers, got NULL");
  for (int axis = 0; axis < 2; ++axis) {
    if (!(std::abs(shift[axis]) <= 1e9)) {
      invalid("shift[", axis, "]: expected a number within +-1e9, got ", shift[axis]);
    }
  }
  round_to_lattice(mosaic, shift, lattice);
}

void common_area(const std::int64_t* reference_shape, const std::int64_t* moving_shape,
                 const std::int64_t* shift, ppatch_common_area* area) {
  if (!reference_shape) invalid("reference_shape: expected two numbers, got NULL");
  if (!moving_shape) invalid("moving_shape: expected two numbers, got NULL");
  if (!shift) invalid("shift: expected two numbers, got NULL");
  if (!area) invalid("area: expected a struct, got NULL");
  constexpr std::int64_t most = std::int64_t{1} << 40;
  std::int64_t first[2];
  std::int64_t length[2];
  for (int axis = 0; axis < 2; ++axis) {
    for (const std::int64_t side : {reference_shape[axis], moving_shape[axis]}) {
      if (side < 0 || side > most) {
        invalid("shapes: expected sides of 0 to 2^40, got ", side, " on axis ", axis);
      }
    }
    if (shift[axis] < -most || shift[axis] > most) {
      invalid("shift[", axis, "]: expected within +-2^40, got ", shift[axis]);
    }
    first[axis] = std::max<std::int64_t>(0, shift[axis]);
    length[axis] = std::min(reference_shape[axis], moving_shape[axis] + shift[axis]) - first[axis];
  }
  *area = ppatch_common_area{};
  if (length[0] <= 0 || length[1] <= 0) return;
  *area = {first[0], first[1], first[0] - shift[0], first[1] - shift[1], length[0], length[1]};
}

void shift_image(Context& context, const ppatch_array* image, const double* shift,
                 const ppatch_resample_options* given, const ppatch_array* out) {
  const ppatch_resample_options options = read_options("options", given);
  ResampleSettings settings;
  if (options.interpolation < PPATCH_INTERPOLATION_BILINEAR ||
      options.interpolation > PPATCH_INTERPOLATION_LANCZOS3) {
    invalid("options.interpolation: expected 0 to ", PPATCH_INTERPOLATION_LANCZOS3, ", got ",
            options.interpolation);
  }
  if (options.boundary < PPATCH_BOUNDARY_ZERO || options.boundary > PPATCH_BOUNDARY_WRAP) {
    invalid("options.boundary: expected 0 to ", PPATCH_BOUNDARY_WRAP, ", got ", options.boundary);
  }
  if (options.period < 0 || options.period > 1024) {
    invalid("options.period: expected 0 to 1024, got ", options.period);
  }
  check_gain("options.gain", options.gain);
  check_gain("options.constant", options.constant);
  settings.interpolation = static_cast<Interpolation>(options.interpolation);
  settings.boundary = static_cast<Boundary>(options.boundary);
  if (options.period > 0) settings.period = options.period;
  if (options.gain != 0.0) settings.gain = options.gain;
  settings.constant = options.constant;
  if (!shift) invalid("shift: expected two numbers, got NULL");
  for (int axis = 0; axis < 2; ++axis) {
    if (!(std::abs(shift[axis]) <= 1e9)) {
      invalid("shift[", axis, "]: expected a number within +-1e9, got ", shift[axis]);
    }
  }
  const CheckedArray from("image", image, context.backend());
  from.expect_dtype({DType::u16, DType::f32, DType::f64});
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
  const SceneInput input(context, cfa, image);
  const CheckedArray to("out", out, context.backend());
  to.expect_dtype({DType::f32, DType::f64});
  to.expect_shape({input.view.height, input.view.width});
  expect_output(to, {&input.pixels});
  context.backend().pair_operators().normalise_mosaic(input.view, input.mosaic.period,
                                                      image_view(to));
}

void bin_mosaic(Context& context, const ppatch_cfa& cfa, const ppatch_scene_image& image,
                const ppatch_array* out) {
  const SceneInput input(context, cfa, image);
  const int period = input.mosaic.period;
  if (period == 1) invalid("cfa: expected a mosaic, 2 x 2 or 6 x 6, got none");
  const int block = period == 2 ? 2 : 3;
  for (int by = 0; by < period; by += block) {
    for (int bx = 0; bx < period; bx += block) {
      bool has[3] = {};
      for (int i = 0; i < block * block; ++i) {
        has[input.mosaic.at(by + i / block, bx + i % block)] = true;
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
    context.backend().pair_operators().bin_mosaic(input.view, input.mosaic, block, image_view(to));
}

double pair_gain(Context& context, const ppatch_array* anchor, const ppatch_array* target) {
  const Pair pair(context, anchor, target);
  return context.backend().pair_operators().pair_gain(pair.anchor, pair.target);
}

double pair_loss(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 double gain) {
  check_gain("gain", gain);
  const Pair pair(context, anchor, target);
  if (gain == 0.0) gain = context.backend().pair_operators().pair_gain(pair.anchor, pair.target);
  return context.backend().pair_operators().pair_loss(pair.anchor, pair.target, gain);
}

double pair_mask(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 const ppatch_mask_options* given, const ppatch_array* mask) {
  const ppatch_mask_options options = read_options("options", given);
  if (options.reserved != 0) invalid("options.reserved: expected 0, got ", options.reserved);
  check_gain("options.gain", options.gain);
  check_gain("options.clip_bound", options.clip_bound);
  if (!(options.threshold >= 0.0)) {
    invalid("options.threshold: expected at least 0, got ", options.threshold);
  }
  if (!(options.quantile >= 0.0 && options.quantile <= 1.0)) {
    invalid("options.quantile: expected 0 to 1, got ", options.quantile);
  }
  const Pair pair(context, anchor, target);
  const CheckedArray to("mask", mask, context.backend());
  to.expect_dtype({DType::u8});
  to.expect_shape({pair.anchor.height, pair.anchor.width});
  expect_output(to, {&pair.anchor_array, &pair.target_array});
  PairMaskSettings settings;
  settings.clips = options.clip_bound != 0.0;
  settings.clip_bound = options.clip_bound;
  if (options.threshold > 0.0) settings.threshold = options.threshold;
  if (options.quantile > 0.0) settings.quantile = options.quantile;
  if (pair.anchor_array.empty()) return std::nan("");
  settings.gain = options.gain != 0.0
                      ? options.gain
                      : context.backend().pair_operators().pair_gain(pair.anchor, pair.target);
  return context.backend().pair_operators().pair_mask(pair.anchor, pair.target, settings,
                                                      image_view(to));
}

}  // namespace ppatch
