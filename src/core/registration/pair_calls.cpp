// SPDX-License-Identifier: Apache-2.0
#include "core/registration/pair_calls.hpp"

#include <cmath>
#include <vector>

#include "core/options.hpp"
#include "core/registration/image_arrays.hpp"

namespace ppatch {
namespace {

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

}  // namespace

double pair_gain(Context& context, const ppatch_array* anchor, const ppatch_array* target) {
  const Pair pair(context, anchor, target);
  return context.backend().pair_operators().pair_gain(pair.anchor, pair.target);
}

double pair_loss(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 double gain) {
  expect_finite("gain", gain);
  const Pair pair(context, anchor, target);
  if (gain == 0.0) gain = context.backend().pair_operators().pair_gain(pair.anchor, pair.target);
  return context.backend().pair_operators().pair_loss(pair.anchor, pair.target, gain);
}

double pair_mask(Context& context, const ppatch_array* anchor, const ppatch_array* target,
                 const ppatch_mask_options* given, const ppatch_array* mask) {
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
