// SPDX-License-Identifier: Apache-2.0
//
// What is measured of raw pairs in one call against its definition.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <type_traits>

#include "oracle/registration/registration.hpp"
#include "registration/support/pairs.hpp"

namespace {

class PairMeasures : public Pairs {};

// A raw image of that dtype with gaps between its pixels, and what it is between its levels.
struct RawImage {
  RawImage(Random& random, ppatch_dtype dtype, std::int64_t h, std::int64_t w, double low,
           double high)
      : levels{low, low + 1.0, low + 2.0, low}, white(high), height(h), width(w) {
    std::uniform_real_distribution<double> uniform(low - 20.0, high + 20.0);
    for (std::int64_t i = 0; i < h * w; ++i) pixels.push_back(std::round(uniform(random)));
    store(dtype);
  }

  void store(ppatch_dtype dtype) {
    const std::size_t count = 2 * pixels.size() + 1;
    const auto each = [&](auto& to) {
      to.assign(count, {});
      for (std::size_t i = 0; i < pixels.size(); ++i) {
        to[2 * i] = static_cast<std::remove_reference_t<decltype(to[0])>>(pixels[i]);
      }
      return ptychopatch::array(to.data(), {height, width});
    };
    image = ppatch_scene_image_of(dtype == PPATCH_U16   ? each(integers)
                                  : dtype == PPATCH_F32 ? each(singles)
                                                        : each(doubles));
    image.pixels.strides[0] = 2 * width;
    image.pixels.strides[1] = 2;
    image.own_levels = 1;
    image.white = white;
    for (int c = 0; c < 4; ++c) image.black[c] = levels[c];
  }

  double normalised(const std::string& letters, std::int64_t y, std::int64_t x) const {
    const double black = letters.empty() ? levels[0] : levels[colour(letters, y, x)];
    return (pixels[static_cast<std::size_t>(y * width + x)] - black) / (white - black);
  }
  static std::size_t colour(const std::string& letters, std::int64_t y, std::int64_t x) {
    const std::int64_t p = letters.size() == 4 ? 2 : 6;
    return std::string("RGB").find(letters[static_cast<std::size_t>(y % p * p + x % p)]);
  }
  // In single precision, as the pair's operators are given them.
  oracle::Stack values(const std::string& letters) const {
    const std::int64_t b = letters.empty() ? 1 : letters.size() == 4 ? 2 : 3;
    oracle::Stack stack{letters.empty() ? 1 : 3, height / b, width / b, {}};
    for (std::int64_t c = 0; c < stack.channels; ++c) {
      for (std::int64_t i = 0; i < stack.height * stack.width; ++i) {
        double sum = 0.0, count = 0.0;
        for (std::int64_t k = 0; k < b * b; ++k) {
          const std::int64_t y = i / stack.width * b + k / b, x = i % stack.width * b + k % b;
          if (!letters.empty() && colour(letters, y, x) != static_cast<std::size_t>(c)) continue;
          sum += normalised(letters, y, x);
          count += 1.0;
        }
        stack.values.push_back(static_cast<float>(sum / count));
      }
    }
    return stack;
  }

  double levels[4], white;
  std::int64_t height, width;
  std::vector<double> pixels;
  std::vector<std::uint16_t> integers;
  std::vector<float> singles;
  std::vector<double> doubles;
  ppatch_scene_image image{};
};

TEST_F(PairMeasures, MeasuresOfRawPairsAreTheOracles) {
  SCOPED_TRACE(seed_note());
  const std::string patterns[] = {"", "GRBG", xtrans_letters};
  const ppatch_dtype dtypes[] = {PPATCH_U16, PPATCH_F32, PPATCH_F64};
  int undecided = 0;
  for (int i = 0; i < case_count(36); ++i) {
    const std::string& letters = patterns[i % 3];
    const ppatch_dtype dtype = dtypes[i / 3 % 3];
    // Above and below the rows that a thread works on at once.
    std::uniform_int_distribution<std::int64_t> size(i % 4 == 0 ? 200 : 6, i % 4 == 0 ? 330 : 90);
    const std::int64_t h = size(random_), w = size(random_);
    RawImage anchor(random_, dtype, h, w, 100.0, 4000.0);
    RawImage target(random_, dtype, h, w, 60.0, 3000.0);
    std::normal_distribution<double> normal(0.0, 100.0);
    for (std::size_t k = 0; k < target.pixels.size(); ++k) {
      target.pixels[k] =
          std::max(0.0, std::round(0.4 * anchor.pixels[k] + (i % 5) * normal(random_)));
    }
    target.store(dtype);
    const oracle::Stack a = anchor.values(letters), t = target.values(letters);
    ppatch_mask_options options = ptychopatch::mask_options();
    options.clip_bound = i % 2 == 0 ? 0.8 : 0.0;
    options.quantile = i % 3 == 0 ? 0.0 : 0.95;
    options.gain = i % 7 == 6 ? 2.5 : 0.0;
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(a.height * a.width), 77);
    const ppatch_array to = ptychopatch::array(mask.data(), {a.height, a.width});
    const ppatch_cfa cfa = letters.empty() ? ppatch_cfa_none() : ptychopatch::cfa(letters);
    const ppatch_pair_measures found =
        pair_measure(context_, cfa, anchor.image, target.image, options, &to);

    double top = 0.0, bottom = 0.0;
    for (std::int64_t k = 0; k < h * w; ++k) {
      top += anchor.normalised(letters, k / w, k % w);
      bottom += target.normalised(letters, k / w, k % w);
    }
    EXPECT_NEAR(found.raw_gain, top / bottom, 1e-6 * std::abs(top / bottom));
    const double own = oracle::pair_gain(a, t);
    if (letters.empty()) {
      EXPECT_TRUE(std::isnan(found.rgb_gain));
      EXPECT_NEAR(found.raw_gain, own, 1e-9 * std::abs(own));
    } else {
      EXPECT_NEAR(found.rgb_gain, own, 1e-9 * std::abs(own));
    }
    const double gain = options.gain != 0.0 ? options.gain : own;
    EXPECT_NEAR(found.loss, oracle::pair_loss(a, t, gain), 1e-9);
    const auto kept = [&](double margin) {
      return oracle::pair_mask(a, t, gain, options.clip_bound, 0.4,
                               options.quantile != 0.0 ? options.quantile : 0.9999, margin);
    };
    undecided += expect_between(mask, kept(-mask_rounding), kept(mask_rounding), found.mask_mean);
    const ppatch_pair_measures again =
        pair_measure(context_, cfa, anchor.image, target.image, options);
    EXPECT_EQ(again.mask_mean, found.mask_mean);
    EXPECT_EQ(again.loss, found.loss);
  }
  EXPECT_LE(undecided, 1 + case_count(36) / 6);
}

// Integers between levels of few binary places are taken in single precision: the bits are those of
// the same numbers in doubles. Every pattern that has all colours; pixels below black, too.
template <class T>
class MeasuresOfIntegers : public PairMeasures {};
using IntegerTypes = testing::Types<std::uint8_t, std::uint16_t, std::int16_t>;
TYPED_TEST_SUITE(MeasuresOfIntegers, IntegerTypes);

TYPED_TEST(MeasuresOfIntegers, AreThoseOfTheSameNumbers) {
  SCOPED_TRACE(seed_note());
  constexpr double last = std::numeric_limits<TypeParam>::max();
  for (const std::string& letters :
       {std::string(), std::string("GRBG"), std::string("BGGR"), std::string("RRGB"),
        std::string("RGBB"), std::string("RGRB"), xtrans_letters}) {
    std::uniform_int_distribution<std::int64_t> size(6, 300);
    const std::int64_t h = size(this->random_), w = size(this->random_);
    std::uniform_int_distribution<int> level(0, static_cast<int>(last) / 8);
    double black[4], quarter = letters.size() == 36 ? 0.03 : 0.0625;
    for (double& each : black) each = level(this->random_) + quarter * (level(this->random_) % 16);
    std::uniform_int_distribution<int> value(0, static_cast<int>(last));
    std::vector<TypeParam> integers[2];
    std::vector<double> doubles[2];
    for (int side = 0; side < 2; ++side) {
      for (std::int64_t i = 0; i < h * w; ++i) {
        const int drawn =
            side == 0 ? value(this->random_)
                      : integers[0][static_cast<std::size_t>(i)] / 2 + value(this->random_) / 8;
        integers[side].push_back(static_cast<TypeParam>(drawn));
        doubles[side].push_back(drawn);
      }
    }
    const ppatch_cfa cfa = letters.empty() ? ppatch_cfa_none() : ptychopatch::cfa(letters);
    const std::int64_t b = ptychopatch::cfa_block(cfa);
    std::vector<std::uint8_t> masks[2];
    ppatch_pair_measures found[2];
    ppatch_mask_options options = ptychopatch::mask_options();
    options.quantile = 0.9;
    options.threshold = 2.0;
    options.clip_bound = 0.7;
    for (int type = 0; type < 2; ++type) {
      ppatch_scene_image images[2];
      for (int side = 0; side < 2; ++side) {
        images[side] =
            ppatch_scene_image_of(type == 0 ? ptychopatch::array(integers[side].data(), {h, w})
                                            : ptychopatch::array(doubles[side].data(), {h, w}));
        images[side].own_levels = 1;
        images[side].white = last - 3.0;
        std::copy(black, black + 4, images[side].black);
      }
      masks[type].assign(static_cast<std::size_t>((h / b) * (w / b)), 77);
      const ppatch_array to = ptychopatch::array(masks[type].data(), {h / b, w / b});
      found[type] = pair_measure(this->context_, cfa, images[0], images[1], options, &to);
    }
    EXPECT_EQ(found[0].raw_gain, found[1].raw_gain) << letters;
    EXPECT_TRUE(letters.empty() || found[0].rgb_gain == found[1].rgb_gain) << letters;
    EXPECT_EQ(found[0].loss, found[1].loss) << letters;
    EXPECT_EQ(found[0].mask_mean, found[1].mask_mean) << letters;
    EXPECT_EQ(masks[0], masks[1]) << letters;
  }
}

TEST_F(PairMeasures, WhatCannotBeMeasuredIsNoNumber) {
  RawImage dark(random_, PPATCH_U16, 8, 8, 100.0, 4000.0);
  std::fill(dark.pixels.begin(), dark.pixels.end(), 100.0);
  dark.levels[1] = dark.levels[2] = 100.0;
  dark.store(PPATCH_U16);
  std::vector<std::uint8_t> mask(16, 77);
  const ppatch_array to = ptychopatch::array(mask.data(), {4, 4});
  const ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  const auto options = ptychopatch::mask_options();
  const auto found = pair_measure(context_, cfa, dark.image, dark.image, options, &to);
  for (const double value : {found.raw_gain, found.rgb_gain, found.loss, found.mask_mean}) {
    EXPECT_TRUE(std::isnan(value));
  }
  EXPECT_EQ(mask, std::vector<std::uint8_t>(16, 0));
  // One row of pixels has no block.
  RawImage row(random_, PPATCH_U16, 1, 8, 100.0, 4000.0);
  const auto of_row = pair_measure(context_, cfa, row.image, row.image);
  EXPECT_EQ(of_row.raw_gain, 1.0);
  EXPECT_TRUE(std::isnan(of_row.loss));
}

}  // namespace
