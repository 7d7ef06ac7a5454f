// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/conditioned_pixels.hpp"
#include "kernels/patches/patch_taps.hpp"
#include "kernels/registration/hot_pixels.hpp"
#include "math/boundary.hpp"
#include "math/division.hpp"
#include "math/groups/combination.hpp"
#include "math/groups/permutation.hpp"
#include "math/random.hpp"
#include "math/registration/parabola.hpp"

// The functions that say where a value is read and what it counts, each as a call on numbers: what
// a device's compiler makes of them is compared with the host's and with what they should be.
namespace ppatch::test {

enum class Function : int {
  kernel_taps,        // kind, fraction -> first, count, weights, slopes
  sampling_taps,      // kind, fraction -> first, count, weights
  sampling_patch_32,  // kind, fraction y, x, integer y, x -> axes y and x
  sampling_patch_64,
  gradient_patch_32,
  gradient_patch_64,
  sampling_by_value,  // the same as values
  gradient_by_value,
  extended_index,   // boundary, i, n -> index
  next_extended,    // boundary, index, n, from -> coordinate, 2^53 for none
  mirrored_index,   // wraps, i, n -> index
  divide,           // a, b -> quotient, remainder
  window_origin,    // integer, offset, anchor, sign, n -> integer, fraction
  philox,           // key, counter, stream -> four words
  normal_pair,      // seed, k -> two
  random_order,     // key, n, place -> number
  combination,      // rank, k, c -> c numbers
  median_of_eight,  // eight -> median, the eight sorted
  parabola,         // three -> offset
  count
};
constexpr int max_in = 8;
constexpr int axis_out = 2 + 2 * max_taps;
constexpr int max_out = 2 * axis_out;

template <class T>
PPATCH_HD void put_axis(const AxisTaps<T>& axis, double* out) {
  out[0] = static_cast<double>(axis.start);
  out[1] = axis.count;
  for (int j = 0; j < max_taps; ++j) {
    out[2 + j] = static_cast<double>(axis.weight[j]);
    out[2 + max_taps + j] = static_cast<double>(axis.slope[j]);
  }
}

template <class T>
PPATCH_HD void put_patch(const PatchTaps<T>& taps, double* out) {
  put_axis(taps.y, out);
  put_axis(taps.x, out + axis_out);
}

PPATCH_HD std::int64_t integer(double x) { return static_cast<std::int64_t>(x); }
PPATCH_HD std::uint64_t word(double x) { return static_cast<std::uint64_t>(x); }

PPATCH_HD void put_taps(Function which, const double* in, double* out) {
  const auto kind = static_cast<Interpolation>(static_cast<int>(in[0]));
  if (which == Function::kernel_taps || which == Function::sampling_taps) {
    Taps taps;
    if (which == Function::kernel_taps) {
      kernel_taps(kind, in[1], taps, out + 2 + max_taps);
    } else {
      sampling_taps(kind, in[1], taps);
    }
    out[0] = taps.first;
    out[1] = taps.count;
    for (int j = 0; j < taps.count; ++j) out[2 + j] = taps.weight[j];
    return;
  }
  const PatchOrigin origin{in[1], in[2], static_cast<std::int32_t>(in[3]),
                           static_cast<std::int32_t>(in[4])};
  PatchTaps<float> single;
  PatchTaps<double> twice;
  switch (which) {
    case Function::sampling_patch_32:
      prepare_sampling_taps(kind, origin, single);
      return put_patch(single, out);
    case Function::sampling_patch_64:
      prepare_sampling_taps(kind, origin, twice);
      return put_patch(twice, out);
    case Function::gradient_patch_32:
      prepare_gradient_taps(kind, origin, single);
      return put_patch(single, out);
    case Function::gradient_patch_64:
      prepare_gradient_taps(kind, origin, twice);
      return put_patch(twice, out);
    case Function::sampling_by_value:
      return put_patch(sampling_patch_taps<float>(kind, origin), out);
    default:
      return put_patch(gradient_patch_taps<float>(kind, origin), out);
  }
}

PPATCH_HD void put_random(Function which, const double* in, double* out) {
  if (which == Function::philox) {
    const Philox x = philox(word(in[0]), word(in[1]), word(in[2]));
    for (int i = 0; i < 4; ++i) out[i] = x.word[i];
  } else if (which == Function::normal_pair) {
    const NormalPair pair = normal_pair(word(in[0]), word(in[1]));
    out[0] = pair.first;
    out[1] = pair.second;
  } else if (which == Function::random_order) {
    out[0] = static_cast<double>(RandomOrder(word(in[0]), integer(in[1])).at(integer(in[2])));
  } else {
    std::int64_t chosen[max_out] = {};
    nth_combination(integer(in[0]), integer(in[1]), integer(in[2]), chosen);
    for (std::int64_t i = 0; i < integer(in[2]); ++i) out[i] = static_cast<double>(chosen[i]);
  }
}

PPATCH_HD void put_index(Function which, const double* in, double* out) {
  const auto boundary = static_cast<Boundary>(static_cast<int>(in[0]));
  if (which == Function::extended_index) {
    out[0] = static_cast<double>(extended_index(boundary, integer(in[1]), integer(in[2])));
  } else if (which == Function::next_extended) {
    const std::int64_t next =
        next_extended(boundary, integer(in[1]), integer(in[2]), integer(in[3]));
    out[0] = next == INT64_MAX ? 0x1p53 : static_cast<double>(next);
  } else if (which == Function::mirrored_index) {
    out[0] = mirrored_index(in[0] != 0.0, static_cast<std::int32_t>(in[1]),
                            static_cast<std::int32_t>(in[2]));
  } else if (which == Function::divide) {
    const Division division = divide(integer(in[0]), integer(in[1]));
    out[0] = static_cast<double>(division.quotient);
    out[1] = static_cast<double>(division.remainder);
  } else {
    const Coordinate origin = window_origin(
        make_coordinate(integer(in[0]), in[1]), static_cast<Anchor>(static_cast<int>(in[2])),
        static_cast<Sign>(static_cast<int>(in[3])), integer(in[4]));
    out[0] = static_cast<double>(origin.integer);
    out[1] = origin.fraction;
  }
}

PPATCH_HD void put_values(Function which, const double* in, double* out) {
  if (which == Function::parabola) {
    out[0] = parabola_vertex(in[0], in[1], in[2]);
    return;
  }
  float values[8];
  for (int i = 0; i < 8; ++i) values[i] = static_cast<float>(in[i]);
  out[0] = static_cast<double>(median_of_eight(values));
  for (int i = 0; i < 8; ++i) out[1 + i] = static_cast<double>(values[i]);
}

// What has no result of out keeps its value.
PPATCH_HD void call(Function which, const double* in, double* out) {
  if (which < Function::extended_index) {
    put_taps(which, in, out);
  } else if (which < Function::philox) {
    put_index(which, in, out);
  } else if (which < Function::median_of_eight) {
    put_random(which, in, out);
  } else {
    put_values(which, in, out);
  }
}

}  // namespace ppatch::test
