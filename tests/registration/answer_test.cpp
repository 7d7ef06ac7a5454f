// SPDX-License-Identifier: Apache-2.0
//
// Whether an answer is one: pairs that have nothing in common, that repeat, that have edges in one
// direction alone; and standard errors of pairs that are small, thin, or equal pixel by pixel.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "registration/support/scene.hpp"

namespace {

using ptychopatch::scene_options;

class Answer : public testing::Test {
 protected:
  Picture noise(std::int64_t height, std::int64_t width) {
    return drawn(height, width, 1.0, [](double, double) { return 0.0; });
  }
  // value(y, x) and noise.
  template <class Value>
  Picture drawn(std::int64_t height, std::int64_t width, double sigma, Value&& value) {
    Picture picture{height, width, std::vector<float>(static_cast<std::size_t>(height * width))};
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        picture.at(y, x) =
            static_cast<float>(8.0 + value(static_cast<double>(y), static_cast<double>(x)));
      }
    }
    add_noise(picture, sigma, random_);
    return picture;
  }
  double uniform(double least, double most) {
    return std::uniform_real_distribution<double>(least, most)(random_);
  }
  static ppatch_shift align_both(const Picture& a, const Picture& b,
                                 const std::string& letters = "") {
    return align_pair(image_of(a), image_of(b), scene_options(a.height, a.width, cfa_of(letters)));
  }

  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note()};
};

// By the limit, one of 1e4 would be.
TEST_F(Answer, NoiseIsNever) {
  for (const std::string& letters : {std::string(), std::string("RGGB"), xtrans_letters}) {
    for (const std::int64_t size : {24, 48, 96, 192}) {
      for (int i = 0; i < 4; ++i) {
        const ppatch_shift found = align_both(noise(size, size), noise(size, size), letters);
        EXPECT_NE(found.status, PPATCH_SHIFT_STATUS_OK)
            << letters << ", " << size << ": " << found.false_alarm << ", " << found.ambiguity;
      }
    }
  }
}

// Dark frames: the means of CFA positions are noise too, and what they divide is seen again about
// every carrier.
TEST_F(Answer, ADarkFrameIsNever) {
  for (int i = 0; i < 120; ++i) {
    Picture frames[2] = {noise(96, 96), noise(96, 96)};
    for (Picture& frame : frames) {
      for (float& pixel : frame.pixels) pixel -= 8.0F;
    }
    EXPECT_GT(align_both(frames[0], frames[1], xtrans_letters).false_alarm, 1e-4);
  }
}

TEST_F(Answer, ANegativeIsNone) {
  const FieldPair pair = draw_field(random_, 256, 3.25, -1.5, false);
  Picture negative = pair.moved;
  for (float& pixel : negative.pixels) pixel = -pixel;
  const ppatch_shift found = align_both(pair.still, negative);
  EXPECT_NE(found.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_GT(found.ambiguity, 1e-4);
}

TEST_F(Answer, APatternThatRepeatsIsAmbiguous) {
  for (const double period : {7.0, 12.5, 24.0}) {
    const double dy = uniform(-9.0, 9.0);
    const double dx = uniform(-9.0, 9.0);
    const auto at = [&](double y, double x) {
      const double turn = 2.0 * std::numbers::pi / period;
      return std::cos(turn * y) + std::cos(turn * x) + 0.5 * std::cos(2.0 * turn * x + 1.0);
    };
    const Picture still = drawn(160, 160, 0.05, at);
    const Picture moved =
        drawn(160, 160, 0.05, [&](double y, double x) { return at(y - dy, x - dx); });
    EXPECT_NE(align_both(still, moved).status, PPATCH_SHIFT_STATUS_OK) << period;
  }
}

// A tilted horizon says how far it has moved across itself: what is wrong lies along it, and the
// covariance says so.
TEST_F(Answer, AHorizonTellsOneDirection) {
  for (int i = 0; i < 4; ++i) {
    const double angle = uniform(-0.3, 0.3);
    const double dy = uniform(-4.0, 4.0);
    const double dx = uniform(-4.0, 4.0);
    const auto at = [&](double y, double x) {
      const double across = std::cos(angle) * (y - 128.0) + std::sin(angle) * (x - 128.0);
      return std::tanh(across / 1.5);
    };
    const Picture still = drawn(256, 256, 0.02, at);
    const Picture moved =
        drawn(256, 256, 0.02, [&](double y, double x) { return at(y - dy, x - dx); });
    const ppatch_shift found = align_both(still, moved);
    const double across[2] = {std::cos(angle), std::sin(angle)};
    const double error = across[0] * (found.shift[0] + dy) + across[1] * (found.shift[1] + dx);
    const double along[2] = {-across[1], across[0]};
    double variance = 0.0;
    for (int axis = 0; axis < 2; ++axis) {
      variance += along[axis] * along[axis] * found.covariance[2 * axis];
    }
    variance += 2.0 * along[0] * along[1] * found.covariance[1];
    EXPECT_LT(std::abs(error), 0.1);
    EXPECT_GT(variance, 1.0) << ppatch_shift_status_string(found.status);
    EXPECT_TRUE(found.status != PPATCH_SHIFT_STATUS_OK || (found.flags & PPATCH_SHIFT_FLAG_BLIND));
  }
}

// A strip of smooth content: its windows' tapers hold the shift back, and so it once crept to a
// half of the truth and called that done.
TEST_F(Answer, AStripMovesAcrossItself) {
  constexpr std::int64_t height = 16, width = 240;
  constexpr int waves = 40;
  int known = 0;
  for (int i = 0; i < 20; ++i) {
    double wave[waves][3];
    for (double(&one)[3] : wave) {
      const double turns = uniform(0.02, 0.09);  // cycles per pixel
      const double angle = uniform(0.0, std::numbers::pi);
      one[0] = 2.0 * std::numbers::pi * turns * std::sin(angle);
      one[1] = 2.0 * std::numbers::pi * turns * std::cos(angle);
      one[2] = uniform(0.0, 2.0 * std::numbers::pi);
    }
    const auto at = [&](double y, double x) {
      double sum = 0.0;
      for (const double(&one)[3] : wave) sum += std::cos(one[0] * y + one[1] * x + one[2]);
      return sum;
    };
    const double dy = i % 2 == 0 ? 1.0 : -1.0;
    const double dx = uniform(-20.0, 20.0);
    const Picture still = drawn(height, width, 0.1, at);
    const Picture moved =
        drawn(height, width, 0.1, [&](double y, double x) { return at(y - dy, x - dx); });
    const ppatch_shift found = align_both(still, moved);
    if (found.status != PPATCH_SHIFT_STATUS_OK) continue;
    const double truth[2] = {-dy, -dx};
    bool is_known = true;
    for (int axis = 0; axis < 2; ++axis) {
      const double error = std::abs(found.shift[axis] - truth[axis]);
      const double sigma = std::sqrt(found.covariance[2 * axis]);
      EXPECT_LT(error, 6.0 * sigma) << dy << ", " << dx << ", axis " << axis;
      is_known = is_known && error < 0.1 && sigma < 0.3;
    }
    if (is_known) ++known;
  }
  EXPECT_GE(known, 12);
}

TEST_F(Answer, ASkyHasNone) {
  const auto at = [](double y, double x) {
    const double u = y / 200.0 - 0.5;
    const double v = x / 200.0 - 0.5;
    return 3.0 * u + 2.0 * v * v - 4.0 * u * v + u * u * u;
  };
  const Picture still = drawn(200, 200, 0.05, at);
  const Picture moved =
      drawn(200, 200, 0.05, [&](double y, double x) { return at(y - 3.0, x + 2.0); });
  EXPECT_NE(align_both(still, moved).status, PPATCH_SHIFT_STATUS_OK);
}

// What does not move with the scene, as what is aliased does not, lies at high frequencies here:
// the low ones tell.
TEST_F(Answer, HighFrequenciesThatStayAreLeftOut) {
  const double dy = uniform(0.3, 0.45);
  const double dx = uniform(-0.45, -0.3);
  FieldPair pair = draw_field(random_, 192, dy, dx, false);
  for (int wave = 0; wave < 200; ++wave) {
    const double f = uniform(0.36, 0.46);
    const double angle = uniform(0.0, std::numbers::pi);
    const double phase = uniform(0.0, 2.0 * std::numbers::pi);
    for (std::int64_t y = 0; y < 192; ++y) {
      for (std::int64_t x = 0; x < 192; ++x) {
        const double across =
            std::sin(angle) * static_cast<double>(y) + std::cos(angle) * static_cast<double>(x);
        const auto value =
            static_cast<float>(0.02 * std::cos(2.0 * std::numbers::pi * f * across + phase));
        pair.still.at(y, x) += value;
        pair.moved.at(y, x) += value;
      }
    }
  }
  const ppatch_shift found = align_both(pair.still, pair.moved);
  ASSERT_EQ(found.status, PPATCH_SHIFT_STATUS_OK);
  EXPECT_LT(std::abs(found.shift[0] + dy), 5.0 * std::sqrt(found.covariance[0]));
  EXPECT_LT(std::abs(found.shift[1] + dx), 5.0 * std::sqrt(found.covariance[2]));
}

// Of one scene cut at two places of the pixels' grid nothing but rounding is wrong.
TEST_F(Answer, WholeCropsAreExact) {
  for (const std::array<std::int64_t, 2> size :
       {std::array<std::int64_t, 2>{16, 320}, {40, 56}, {120, 90}}) {
    const Picture scene = draw_field(random_, 400, 0.0, 0.0, false).still;
    const std::int64_t dy = 2;
    const std::int64_t dx = -5;
    Picture crops[2];
    for (int which = 0; which < 2; ++which) {
      crops[which] = {size[0], size[1],
                      std::vector<float>(static_cast<std::size_t>(size[0] * size[1]))};
      for (std::int64_t y = 0; y < size[0]; ++y) {
        for (std::int64_t x = 0; x < size[1]; ++x) {
          crops[which].at(y, x) = scene.at(20 + y + which * dy, 20 + x + which * dx);
        }
      }
    }
    const ppatch_shift found = align_both(crops[0], crops[1]);
    ASSERT_EQ(found.status, PPATCH_SHIFT_STATUS_OK) << size[0] << " x " << size[1];
    for (int axis = 0; axis < 2; ++axis) {
      const double truth = static_cast<double>(axis == 0 ? dy : dx);
      EXPECT_LT(std::abs(found.shift[axis] - truth), 6.0 * std::sqrt(found.covariance[2 * axis]));
      EXPECT_LT(found.covariance[2 * axis], 0.01);
    }
    EXPECT_LT(found.false_alarm, 1e-4);
  }
}

TEST_F(Answer, WhereThereIsNoneNothingLooksPerfect) {
  for (int i = 0; i < 8; ++i) {
    const ppatch_shift found = align_both(noise(64, 64), noise(64, 64));
    EXPECT_NE(found.status, PPATCH_SHIFT_STATUS_OK);
    EXPECT_FALSE(found.residual == 0.0 || found.covariance[0] == 0.0 || found.covariance[2] == 0.0);
  }
}

TEST_F(Answer, ARowAndAColumnAreEquallySure) {
  for (const std::int64_t n : {1024, 5000}) {
    Picture row = textured(random_, 1, n);
    Picture moved = rolled(row, 0, 5);
    add_noise(row, 3.0, random_);
    add_noise(moved, 3.0, random_);
    ppatch_scene_options options = scene_options(1, n);
    options.max_shift[1] = 20;
    const ppatch_shift across = align_pair(image_of(row), image_of(moved), options);
    std::swap(options.height, options.width);
    std::swap(options.max_shift[0], options.max_shift[1]);
    const auto turned = [n](const Picture& picture) { return Picture{n, 1, picture.pixels}; };
    const ppatch_shift down = align_pair(image_of(turned(row)), image_of(turned(moved)), options);
    EXPECT_EQ(across.status, down.status);
    EXPECT_NEAR(across.shift[1], down.shift[0], 1e-5);
    EXPECT_NEAR(std::log(across.false_alarm) / std::log(down.false_alarm), 1.0, 1e-4);
  }
}

// Padded by the largest shift, a smaller image's transform may be larger than its plan's.
TEST_F(Answer, SmallerImagesMayHaveLargerTransforms) {
  const FieldPair pair = draw_field(random_, 600, 4.0, -3.0, false);
  ppatch_shift found[2];
  for (const std::int64_t size : {600, 700}) {
    ppatch_scene_options options = scene_options(size, size);
    options.max_shift[0] = options.max_shift[1] = 340;
    found[size == 700] = align_pair(image_of(pair.still), image_of(pair.moved), options);
  }
  EXPECT_TRUE(same_bytes(&found[0], &found[1], sizeof found[0]));
}

TEST_F(Answer, LimitsAreTheCallers) {
  ppatch_scene_options options = scene_options(96, 96);
  options.false_alarm_limit = options.ambiguity_limit = 1.0;

  for (int i = 0; i < 8; ++i) {
    const ppatch_shift found =
        align_pair(image_of(noise(96, 96)), image_of(noise(96, 96)), options);
    EXPECT_NE(found.status, PPATCH_SHIFT_STATUS_AMBIGUOUS);
    EXPECT_GE(found.false_alarm, 0.0);
    EXPECT_LE(found.false_alarm, 1.0);
  }
  FieldPair pair = draw_field(random_, 96, 1.0, 2.0, false);
  add_noise(pair.moved, 0.3, random_);
  EXPECT_EQ(align_both(pair.still, pair.moved).status, PPATCH_SHIFT_STATUS_OK);
  options.false_alarm_limit = 1e-300;
  add_noise(pair.moved, 3.0, random_);
  EXPECT_EQ(align_pair(image_of(pair.still), image_of(pair.moved), options).status,
            PPATCH_SHIFT_STATUS_UNRELATED);
}

}  // namespace
