// SPDX-License-Identifier: Apache-2.0
//
// Where ppatch_image_warp puts content; what a motion measures, applied.
#include "registration/support/warp.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "support/warped_scene.hpp"

namespace {

using ptychopatch::check;

class Warp : public testing::Test {
 protected:
  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  ptychopatch::Context context_ = scene_context();
};

// One bright pixel comes out where the definition says: d(x) = t + (M - 1) (x - c).
TEST_F(Warp, PutsContentWhereTheMapSays) {
  constexpr std::int64_t side = 32;
  std::vector<float> from(side * side, 0.0F);
  from[20 * side + 11] = 1.0F;
  ppatch_scene_motion motion = motion_of();
  motion.centre[0] = 12.0;
  motion.centre[1] = 9.0;
  motion.shift[0] = 4.0;
  motion.shift[1] = -2.0;
  motion.matrix[1] = 1.0;   // dy grows by 1 a column
  motion.matrix[2] = -1.0;  // dx falls by 1 a row
  // (20, 11) is (y, x) less d: y - 4 - (x - 9) = 20, x + 2 + (y - 12) = 11; y = 18, x = 3.
  std::vector<float> out(from.size(), NAN);
  const ppatch_array in = ptychopatch::array(from.data(), {side, side});
  const ppatch_array to = ptychopatch::array(out.data(), {side, side});
  for (const ppatch_interpolation interpolation : interpolations) {
    ppatch_resample_options options = ptychopatch::resample_options();
    options.interpolation = interpolation;
    check(ppatch_image_warp(context_.get(), &in, &motion, 0, nullptr, &options, &to));
    for (std::int64_t i = 0; i < side * side; ++i) {
      EXPECT_EQ(out[static_cast<std::size_t>(i)], i == 18 * side + 3 ? 1.0F : 0.0F);
    }
  }
}

// A mosaic whose colours are one value each is one after it is turned.
TEST_F(Warp, MosaicsStayMosaics) {
  constexpr std::int64_t side = 120, margin = 30;
  for (const std::string& letters : {std::string("GRBG"), xtrans_letters}) {
    const std::int64_t p = letters.size() == 4 ? 2 : 6;
    const auto colour = [&](std::int64_t y, std::int64_t x) {
      return static_cast<std::uint16_t>(1000 +
                                        letters[static_cast<std::size_t>(y % p * p + x % p)] * 50);
    };
    std::vector<std::uint16_t> from;
    for (std::int64_t i = 0; i < side * side; ++i) from.push_back(colour(i / side, i % side));
    ppatch_scene_motion motion = motion_of(PPATCH_MOTION_MODEL_SIMILARITY);
    motion.centre[0] = motion.centre[1] = 59.5;
    motion.shift[0] = 2.3;
    motion.shift[1] = -3.9;
    const double angle = 0.02;
    motion.matrix[0] = motion.matrix[3] = std::cos(angle);
    motion.matrix[1] = -std::sin(angle);
    motion.matrix[2] = std::sin(angle);
    const ppatch_array in = ptychopatch::array(from.data(), {side, side});
    for (const ppatch_interpolation interpolation : interpolations) {
      std::vector<std::uint16_t> out(from.size(), 7);
      const ppatch_array to = ptychopatch::array(out.data(), {side, side});
      ppatch_resample_options options = ptychopatch::resample_options();
      options.interpolation = interpolation;
      options.period = static_cast<std::int32_t>(p);
      check(ppatch_image_warp(context_.get(), &in, &motion, 0, nullptr, &options, &to));
      for (std::int64_t y = margin; y < side - margin; ++y) {
        for (std::int64_t x = margin; x < side - margin; ++x) {
          EXPECT_EQ(out[static_cast<std::size_t>(y * side + x)], colour(y, x)) << y << ", " << x;
        }
      }
    }
  }
}

// What a plan measures lays the image onto the reference, in either sign; a shift does not.
TEST_F(Warp, AMeasuredMotionRegistersTheImage) {
  SCOPED_TRACE(seed_note());
  constexpr std::int64_t side = 480, margin = 40;
  const BlobScene scene(random_, side);
  const Picture still = scene.look(Affine());
  const Picture moved = scene.look(Affine::of(3.3, -1.8, 0.012, 1.004));
  const auto error_of = [&](const std::vector<float>& out) {
    double sum = 0.0, count = 0.0;
    for (std::int64_t y = margin; y < side - margin; ++y) {
      for (std::int64_t x = margin; x < side - margin; ++x) {
        const double difference = static_cast<double>(out[static_cast<std::size_t>(y * side + x)]) -
                                  static_cast<double>(still.at(y, x));
        sum += difference * difference;
        count += 1.0;
      }
    }
    return std::sqrt(sum / count);
  };
  const ppatch_array in = ptychopatch::array(moved.pixels.data(), {side, side});
  for (const ppatch_shift_sign sign :
       {PPATCH_SHIFT_SIGN_REGISTER, PPATCH_SHIFT_SIGN_DISPLACEMENT}) {
    for (const ppatch_motion_model model :
         {PPATCH_MOTION_MODEL_SIMILARITY, PPATCH_MOTION_MODEL_AFFINE, PPATCH_MOTION_MODEL_FIELD}) {
      ppatch_scene_options options = ptychopatch::scene_options(side, side);
      options.motion = model;
      options.sign = sign;
      ptychopatch::ScenePlan plan(context_, options);
      plan.borrow_reference(image_of(still));
      const ptychopatch::MeasuredMotion measured = plan.measure_motion(image_of(moved));
      ASSERT_EQ(measured.motion.status, PPATCH_SHIFT_STATUS_OK);
      ppatch_resample_options resample = ptychopatch::resample_options();
      resample.interpolation = PPATCH_INTERPOLATION_LANCZOS3;
      resample.sign = sign;
      std::vector<float> out(moved.pixels.size(), NAN);
      const ppatch_array to = ptychopatch::array(out.data(), {side, side});
      image_warp(context_, in, measured, to, resample);
      const double warped = error_of(out);
      check(ppatch_image_shift(context_.get(), &in, measured.shift.shift, &resample, &to));
      const double shifted = error_of(out);
      EXPECT_LT(warped, 0.02) << "model " << model << ", sign " << sign;
      EXPECT_LT(10.0 * warped, shifted);
    }
  }
}

// At its tiles a field has their shifts, which the ramp of an image tells.
TEST_F(Warp, AFieldGoesThroughItsTiles) {
  SCOPED_TRACE(seed_note());
  constexpr std::int64_t side = 100;
  std::uniform_real_distribution<double> bow(-3e-4, 3e-4);
  const double y2 = bow(random_), x2 = bow(random_), yx = bow(random_);
  const auto shift_at = [&](double y, double x, int axis) {
    return axis == 0 ? 1.5 + y2 * (y - 50.0) * (y - 50.0) : yx * y * x - x2 * x * x;
  };
  ppatch_scene_motion motion = motion_of(PPATCH_MOTION_MODEL_FIELD);
  motion.shift[0] = 1.0;
  std::vector<ppatch_tile_shift> tiles(64);
  for (int i = 0; i < 64; ++i) {
    ppatch_tile_shift& tile = tiles[static_cast<std::size_t>(i)];
    // Whole pixels, those of the first and last rows and columns moved inwards.
    const int row = i / 8;
    tile.centre[0] = 5 + 12 * row + (row == 0 ? i % 5 : 0);
    tile.centre[1] = 6 + 12 * (i % 8) - (i % 8 == 7 ? i / 10 : 0);
    for (int axis = 0; axis < 2; ++axis) {
      tile.shift[axis] = shift_at(tile.centre[0], tile.centre[1], axis);
    }
  }
  tiles[27].status = PPATCH_SHIFT_STATUS_NOT_CONVERGED;
  tiles[27].shift[0] = tiles[27].shift[1] = NAN;
  tiles[44].flags = PPATCH_SHIFT_FLAG_MOVING;
  tiles[44].shift[0] += 30.0;
  for (int axis = 0; axis < 2; ++axis) {
    std::vector<double> ramp, out(side * side, NAN);
    for (std::int64_t i = 0; i < side * side; ++i) {
      ramp.push_back(static_cast<double>(axis == 0 ? i / side : i % side));
    }
    const ppatch_array in = ptychopatch::array(ramp.data(), {side, side});
    const ppatch_array to = ptychopatch::array(out.data(), {side, side});
    check(ppatch_image_warp(context_.get(), &in, &motion, 64, tiles.data(), nullptr, &to));
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      const auto y = static_cast<std::int64_t>(tiles[i].centre[0]);
      const auto x = static_cast<std::int64_t>(tiles[i].centre[1]);
      const auto at = static_cast<std::size_t>(y * side + x);
      const double expected = shift_at(static_cast<double>(y), static_cast<double>(x), axis);
      EXPECT_NEAR(ramp[at] - out[at], expected, i == 27 || i == 44 ? 0.05 : 2e-3) << "tile " << i;
    }
  }
}

TEST_F(Warp, HasEqualBitsForThreadsAndSimdLevels) {
  SCOPED_TRACE(seed_note());
  constexpr std::int64_t h = 90, w = 131;
  const Picture picture = textured(random_, h, w);
  const ppatch_array in = ptychopatch::array(picture.pixels.data(), {h, w});
  ppatch_scene_motion motion = motion_of(PPATCH_MOTION_MODEL_FIELD);
  motion.matrix[1] = 0.03;
  const auto tiles = draw_tiles(random_, 5, 6);
  ppatch_resample_options options = ptychopatch::resample_options();
  options.interpolation = PPATCH_INTERPOLATION_LANCZOS3;
  const auto run = [&](int threads, const char* target) {
    if (target) ::setenv("PPATCH_SIMD", target, 1);
    const ppatch_context_options made = scene_context_options(threads);
    ppatch_context* context = nullptr;
    std::vector<float> out(picture.pixels.size(), NAN);
    const ppatch_array to = ptychopatch::array(out.data(), {h, w});
    const bool runs = ppatch_context_create(&context, &made) == PPATCH_OK;
    if (runs) check(ppatch_image_warp(context, &in, &motion, 30, tiles.data(), &options, &to));
    ppatch_context_destroy(context);
    ::unsetenv("PPATCH_SIMD");
    return runs ? out : std::vector<float>();
  };
  const std::vector<float> one = run(1, nullptr);
  for (const int threads : {2, 3, 7}) EXPECT_EQ(run(threads, nullptr), one);
  for (const char* target : {"scalar", "avx2", "avx3"}) {
    const std::vector<float> other = run(2, target);
    if (other.empty()) continue;
    EXPECT_EQ(other, one) << target;
  }
}

}  // namespace
