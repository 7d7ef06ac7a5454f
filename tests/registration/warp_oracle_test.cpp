// SPDX-License-Identifier: Apache-2.0
//
// ppatch_image_warp against its definition, and against the shift that it generalises.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "oracle/registration/warp.hpp"
#include "registration/support/warp.hpp"

namespace {

using ptychopatch::check;

constexpr ppatch_boundary boundaries[] = {PPATCH_BOUNDARY_ZERO, PPATCH_BOUNDARY_CONSTANT,
                                          PPATCH_BOUNDARY_EDGE, PPATCH_BOUNDARY_REFLECT,
                                          PPATCH_BOUNDARY_WRAP};

// (C, H, W), or (H, W) where C is 0, with gaps between its pixels and rows backwards.
template <class T>
struct Memory {
  Memory(std::int64_t c, std::int64_t h, std::int64_t w, std::int64_t gap) {
    const std::int64_t line = (w + 1) * (1 + gap), count = std::max<std::int64_t>(c, 1);
    values.assign(static_cast<std::size_t>(count * h * line + 1), poison());
    array = ptychopatch::array(
        values.data() + (h - 1) * line,
        c == 0 ? std::vector<std::int64_t>{h, w} : std::vector<std::int64_t>{c, h, w});
    const int last = array.ndim - 1;
    array.strides[last] = 1 + gap;
    array.strides[last - 1] = -line;
    if (c > 0) array.strides[0] = h * line;
    channel = h * line;
  }
  static T poison() { return static_cast<T>(77); }
  T& at(std::int64_t c, std::int64_t y, std::int64_t x) {
    const int last = array.ndim - 1;
    return static_cast<T*>(
        array.data)[c * channel + y * array.strides[last - 1] + x * array.strides[last]];
  }
  std::vector<T> values;
  ppatch_array array{};
  std::int64_t channel = 0;
};

template <class T>
class Warps : public testing::Test {
 protected:
  Random random_ = test_random(std::string("Warps") + std::to_string(sizeof(T)) +
                               (std::is_signed_v<T> ? "s" : "u"));
};
using SampleTypes = testing::Types<std::uint8_t, std::uint16_t, std::int16_t, float, double>;
TYPED_TEST_SUITE(Warps, SampleTypes);

TYPED_TEST(Warps, AreTheOracles) {
  using T = TypeParam;
  SCOPED_TRACE(seed_note());
  constexpr bool is_integer = std::is_integral_v<T>;
  constexpr double bound = is_integer ? 0.5 + 1e-4 : std::is_same_v<T, float> ? 2e-4 : 1e-5;
  const ptychopatch::Context context = scene_context();
  std::uniform_int_distribution<std::int64_t> side(1, 40);
  std::uniform_real_distribution<double> shift(-9.0, 9.0), slope(-0.4, 0.4), place(-10.0, 50.0);
  std::uniform_real_distribution<double> value(std::is_signed_v<T> ? -100.0 : 0.0, 250.0);
  int number = 0;
  for (const ppatch_interpolation interpolation : interpolations) {
    for (const ppatch_boundary boundary : boundaries) {
      for (int i = 0; i < case_count(3); ++i, ++number) {
        const std::int64_t c = i % 3 == 2 ? 3 : 0;
        // One row, one column, one pixel, and more.
        const std::int64_t h = number % 7 == 0 ? 1 : side(this->random_);
        const std::int64_t w = number % 5 == 0 ? 1 : side(this->random_);
        Memory<T> from(c, h, w, i % 2);
        oracle::Stack stack{std::max<std::int64_t>(c, 1), h, w, {}};
        for (std::int64_t k = 0; k < stack.channels * h * w; ++k) {
          const auto drawn = static_cast<T>(value(this->random_));
          from.at(k / (h * w), k / w % h, k % w) = drawn;
          stack.values.push_back(static_cast<double>(drawn));
        }
        const std::int64_t out_h = side(this->random_), out_w = side(this->random_);
        Memory<T> to(c, out_h, out_w, number % 3);
        ppatch_resample_options options = ptychopatch::resample_options();
        options.interpolation = interpolation;
        options.boundary = boundary;
        options.period = number % 4 == 3 ? 6 : number % 4;
        options.gain = i % 2 == 0 ? 0.0 : 0.75;
        options.constant = 40.0;
        options.sign = number % 2;
        ppatch_scene_motion motion = motion_of();
        for (double& each : motion.centre) each = place(this->random_);
        for (double& each : motion.shift) each = shift(this->random_);
        for (double& each : motion.matrix) each += slope(this->random_);
        std::vector<ppatch_tile_shift> tiles;
        if (i % 3 == 1) {
          std::uniform_int_distribution<int> count(1, 4);
          motion.model = PPATCH_MOTION_MODEL_FIELD;
          tiles = draw_tiles(this->random_, count(this->random_), count(this->random_));
        }
        check(ppatch_image_warp(context.get(), &from.array, &motion,
                                static_cast<std::int64_t>(tiles.size()),
                                tiles.empty() ? nullptr : tiles.data(), &options, &to.array));
        const oracle::MovedBy moved(motion, tiles, options.sign);
        const auto period = static_cast<long double>(std::max(options.period, 1));
        for (std::int64_t y = 0; y < out_h; ++y) {
          for (std::int64_t x = 0; x < out_w; ++x) {
            const auto d = moved.at(y, x);
            // Where the nearest changes, rounding decides.
            const auto turns = [&](long double by) {
              const long double half = by / period + 0.5L;
              return std::fabs(half - std::round(half)) < 1e-6L;
            };
            if (interpolation == PPATCH_INTERPOLATION_NEAREST && (turns(d[0]) || turns(d[1]))) {
              continue;
            }
            for (std::int64_t m = 0; m < stack.channels; ++m) {
              double expected = oracle::sampled(stack, m, y, x, d, options);
              if (is_integer) {
                expected = std::clamp(expected, static_cast<double>(std::numeric_limits<T>::min()),
                                      static_cast<double>(std::numeric_limits<T>::max()));
              }
              EXPECT_NEAR(static_cast<double>(to.at(m, y, x)), expected, bound)
                  << "interpolation " << interpolation << ", boundary " << boundary << ", tiles "
                  << tiles.size() << ", at " << y << ", " << x;
              to.at(m, y, x) = to.poison();
            }
          }
        }
        if (interpolation == PPATCH_INTERPOLATION_NEAREST) continue;
        EXPECT_EQ(to.values, std::vector<T>(to.values.size(), to.poison()));  // gaps, too
      }
    }
  }
}

// Bits of a shift where there is no more to a motion, and of a field that says nothing besides.
TYPED_TEST(Warps, OfAShiftAreTheShifts) {
  using T = TypeParam;
  SCOPED_TRACE(seed_note());
  const ptychopatch::Context context = scene_context();
  std::uniform_real_distribution<double> shift(-20.0, 20.0), value(0.0, 120.0);
  constexpr std::int64_t h = 31, w = 43;
  std::vector<T> from;
  for (std::int64_t i = 0; i < h * w; ++i) from.push_back(static_cast<T>(value(this->random_)));
  const ppatch_array in = ptychopatch::array(from.data(), {h, w});
  for (const ppatch_interpolation interpolation : interpolations) {
    for (const ppatch_boundary boundary : boundaries) {
      for (const int period : {1, 2, 6}) {
        ppatch_resample_options options = ptychopatch::resample_options();
        options.interpolation = interpolation;
        options.boundary = boundary;
        options.period = period;
        options.constant = 9.0;
        const double by[2] = {shift(this->random_), period == 2 ? 4.0 : shift(this->random_)};
        std::vector<T> expected(from.size(), T(77));
        const ppatch_array to = ptychopatch::array(expected.data(), {h, w});
        check(ppatch_image_shift(context.get(), &in, by, &options, &to));
        for (const ppatch_motion_model model :
             {PPATCH_MOTION_MODEL_TRANSLATION, PPATCH_MOTION_MODEL_SIMILARITY,
              PPATCH_MOTION_MODEL_AFFINE, PPATCH_MOTION_MODEL_FIELD}) {
          ppatch_scene_motion motion = motion_of(model);
          motion.centre[0] = 15.5;
          std::copy(by, by + 2, motion.shift);
          std::vector<ppatch_tile_shift> tiles;
          if (model == PPATCH_MOTION_MODEL_FIELD) tiles = draw_tiles(this->random_, 3, 4);
          for (ppatch_tile_shift& tile : tiles) std::copy(by, by + 2, tile.shift);
          std::vector<T> out(from.size(), T(78));
          const ppatch_array there = ptychopatch::array(out.data(), {h, w});
          check(ppatch_image_warp(context.get(), &in, &motion,
                                  static_cast<std::int64_t>(tiles.size()),
                                  tiles.empty() ? nullptr : tiles.data(), &options, &there));
          EXPECT_EQ(out, expected) << "model " << model << ", period " << period;
        }
      }
    }
  }
}

}  // namespace
