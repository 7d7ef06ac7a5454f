// SPDX-License-Identifier: Apache-2.0
//
// Gain, loss, mask, mosaics and resampling against their definitions.
#include <gtest/gtest.h>

#include <cmath>

#include "oracle/registration/registration.hpp"
#include "registration/support/scene.hpp"

namespace {

oracle::Stack draw_stack(Random& random, std::int64_t c, std::int64_t h, std::int64_t w) {
  oracle::Stack stack{c, h, w, {}};
  std::uniform_real_distribution<double> uniform(-0.05, 1.0);
  for (std::int64_t i = 0; i < c * h * w; ++i) stack.values.push_back(uniform(random));
  return stack;
}

class Pairs : public testing::Test {
 protected:
  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  ptychopatch::Context context_ = scene_context();
};

// Relative, of a difference and its bound in single precision.
constexpr double mask_rounding = 1e-6;

// Opening is monotone: a mask whose differences carry rounding lies between those of the bound's
// two sides. 1 where the two differ.
int expect_between(const std::vector<std::uint8_t>& mask, const std::vector<int>& least,
                   const std::vector<int>& most, double mean) {
  double sum = 0.0;
  for (std::size_t k = 0; k < mask.size(); ++k) {
    EXPECT_TRUE(least[k] <= mask[k] && mask[k] <= most[k])
        << "pixel " << k << " of " << mask.size() << ": " << int{mask[k]} << ", not in " << least[k]
        << " to " << most[k];
    sum += mask[k];
  }
  EXPECT_NEAR(mean, sum / static_cast<double>(mask.size()), 1e-12);
  return least != most;
}

TEST_F(Pairs, GainLossAndMaskAreTheOracles) {
  int undecided = 0;
  for (int i = 0; i < case_count(20); ++i) {
    std::uniform_int_distribution<std::int64_t> size(1, 40);
    const std::int64_t c = i % 2 == 0 ? 1 : 3;
    const std::int64_t h = size(random_);
    const std::int64_t w = size(random_);
    const oracle::Stack anchor = draw_stack(random_, c, h, w);
    oracle::Stack target = anchor;
    std::normal_distribution<double> normal(0.0, 0.15);
    for (double& value : target.values) value = 0.5 * value + normal(random_) * (i % 3);
    const std::vector<std::int64_t> shape =
        c == 1 ? std::vector<std::int64_t>{h, w} : std::vector<std::int64_t>{c, h, w};
    const ppatch_array a = ptychopatch::array(anchor.values.data(), shape);
    const ppatch_array t = ptychopatch::array(target.values.data(), shape);
    double gain = NAN;
    double loss = NAN;
    ptychopatch::check(ppatch_pair_gain(context_.get(), &a, &t, &gain));
    EXPECT_NEAR(gain, oracle::pair_gain(anchor, target), 1e-9 * std::abs(gain));
    ptychopatch::check(ppatch_pair_loss(context_.get(), &a, &t, 1.5, &loss));
    EXPECT_NEAR(loss, oracle::pair_loss(anchor, target, 1.5), 1e-12);
    ptychopatch::check(ppatch_pair_loss(context_.get(), &a, &t, 0.0, &loss));
    EXPECT_NEAR(loss, oracle::pair_loss(anchor, target, gain), 1e-9 * loss);

    ppatch_mask_options options{};
    options.struct_size = sizeof options;
    options.gain = 2.0;
    options.clip_bound = i % 4 == 3 ? 0.9 : 0.0;
    options.quantile = 0.97;
    std::vector<std::uint8_t> mask(static_cast<std::size_t>(h * w), 77);
    const ppatch_array m = ptychopatch::array(mask.data(), {h, w});
    double mean = NAN;
    ptychopatch::check(ppatch_pair_mask(context_.get(), &a, &t, &options, &m, &mean));
    const auto kept = [&](double margin) {
      return oracle::pair_mask(anchor, target, 2.0, options.clip_bound, 0.4, 0.97, margin);
    };
    undecided += expect_between(mask, kept(-mask_rounding), kept(mask_rounding), mean);
  }
  EXPECT_LE(undecided, 1 + case_count(20) / 6);
}

TEST_F(Pairs, MosaicsAreNormalisedAndBinnedByColour) {
  for (const std::string& letters : {std::string("GRBG"), xtrans_letters}) {
    const std::int64_t p = letters.size() == 4 ? 2 : 6;
    const std::int64_t b = p == 2 ? 2 : 3;
    const std::int64_t h = 4 * p + 1;
    const std::int64_t w = 3 * p;
    std::vector<std::uint16_t> raw;
    std::uniform_int_distribution<int> uniform(0, 4095);
    for (std::int64_t i = 0; i < h * w; ++i)
      raw.push_back(static_cast<std::uint16_t>(uniform(random_)));
    const ppatch_cfa cfa = ptychopatch::cfa(letters);
    ppatch_scene_image image = image_of(raw, h, w);
    image.own_levels = 1;
    image.white = 4000.0;
    const double black[3] = {100.0, 120.0, 90.0};
    for (int c = 0; c < 3; ++c) image.black[c] = black[c];
    const auto expected = [&](std::int64_t y, std::int64_t x) {
      const char letter = letters[static_cast<std::size_t>(y % p * p + x % p)];
      const double black_level = black[letter == 'R' ? 0 : letter == 'G' ? 1 : 2];
      return (static_cast<double>(raw[static_cast<std::size_t>(y * w + x)]) - black_level) /
             (4000.0 - black_level);
    };
    std::vector<double> out(static_cast<std::size_t>(h * w), NAN);
    const ppatch_array to = ptychopatch::array(out.data(), {h, w});
    ptychopatch::check(ppatch_mosaic_normalise(context_.get(), &cfa, &image, &to));
    for (std::int64_t y = 0; y < h; ++y) {
      for (std::int64_t x = 0; x < w; ++x) {
        EXPECT_NEAR(out[static_cast<std::size_t>(y * w + x)], expected(y, x), 1e-12);
      }
    }
    std::vector<double> bins(static_cast<std::size_t>(3 * (h / b) * (w / b)), NAN);
    const ppatch_array binned = ptychopatch::array(bins.data(), {3, h / b, w / b});
    ptychopatch::check(ppatch_mosaic_bin(context_.get(), &cfa, &image, &binned));
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t by = 0; by < h / b; ++by) {
        for (std::int64_t bx = 0; bx < w / b; ++bx) {
          double sum = 0.0;
          double count = 0.0;
          for (std::int64_t y = by * b; y < (by + 1) * b; ++y) {
            for (std::int64_t x = bx * b; x < (bx + 1) * b; ++x) {
              if (letters[static_cast<std::size_t>(y % p * p + x % p)] != "RGB"[c]) continue;
              sum += expected(y, x);
              count += 1.0;
            }
          }
          EXPECT_NEAR(bins[static_cast<std::size_t>((c * (h / b) + by) * (w / b) + bx)],
                      sum / count, 1e-12);
        }
      }
    }
  }
}

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

TEST_F(Pairs, MeasuresOfRawPairsAreTheOracles) {
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

TEST_F(Pairs, WhatCannotBeMeasuredIsNoNumber) {
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

// What a gamma is told apart by: all magnitudes, zero, negatives, and what is no finite number.
TEST_F(Pairs, MasksTakeEveryNumber) {
  std::vector<double> values = {0.0, -0.0, -1.0, INFINITY, -INFINITY, NAN, 1.0, 5e-324, 1e-310};
  std::uniform_real_distribution<double> exponent(-700.0, 700.0);
  while (values.size() < 500) values.push_back(std::exp(exponent(random_)));
  for (const double value : values) {
    // Alone in its image, it is kept where the difference is at most the threshold.
    const double other = 0.0;
    const double expected = value > 0.0 ? std::pow(value, 1.0 / 2.2) : std::abs(value);
    for (const double factor : {1.0 - 1e-6, 1.0 + 1e-6}) {
      std::uint8_t mask[25];
      std::fill(mask, mask + 25, std::uint8_t{77});
      const std::vector<double> anchor(25, value), target(25, other);
      ppatch_mask_options options = ptychopatch::mask_options();
      options.gain = 1.0;
      options.threshold = factor * expected;
      if (!(options.threshold > 1e-37 && options.threshold < 1e37)) continue;
      const ppatch_array a = ptychopatch::array(anchor.data(), {5, 5});
      const ppatch_array t = ptychopatch::array(target.data(), {5, 5});
      const double mean = pair_mask(context_, a, t, ptychopatch::array(mask, {5, 5}), options);
      EXPECT_EQ(mean, factor < 1.0 ? 0.0 : 21.0 / 25.0) << value;
    }
  }
}

// Linear functions of the place come out exactly where all taps lie inside.
TEST_F(Pairs, ResamplingMovesRampsExactly) {
  const std::int64_t h = 40;
  const std::int64_t w = 50;
  for (const ppatch_interpolation interpolation :
       {PPATCH_INTERPOLATION_BILINEAR, PPATCH_INTERPOLATION_BICUBIC}) {
    for (const int period : {1, 2, 6}) {
      std::vector<double> from;
      for (std::int64_t y = 0; y < h; ++y) {
        for (std::int64_t x = 0; x < w; ++x) {
          from.push_back(3.0 * static_cast<double>(y) - 0.5 * static_cast<double>(x));
        }
      }
      std::vector<double> out(from.size(), NAN);
      const double shift[2] = {1.3, -2.45};
      ppatch_resample_options options{};
      options.struct_size = sizeof options;
      options.interpolation = interpolation;
      options.period = period;
      options.gain = 2.0;
      const ppatch_array in = ptychopatch::array(from.data(), {h, w});
      const ppatch_array to = ptychopatch::array(out.data(), {h, w});
      ptychopatch::check(ppatch_image_shift(context_.get(), &in, shift, &options, &to));
      for (std::int64_t y = 18; y < h - 18; ++y) {
        for (std::int64_t x = 18; x < w - 18; ++x) {
          const double expected = 2.0 * (3.0 * (static_cast<double>(y) - shift[0]) -
                                         0.5 * (static_cast<double>(x) - shift[1]));
          EXPECT_NEAR(out[static_cast<std::size_t>(y * w + x)], expected, 1e-9);
        }
      }
    }
  }
}

TEST_F(Pairs, IntegersAreRoundedAndClamped) {
  const std::vector<std::uint16_t> from = {0, 10, 65535, 40000};
  std::vector<std::uint16_t> out(4, 7);
  const double shift[2] = {0.0, 0.0};
  ppatch_resample_options options{};
  options.struct_size = sizeof options;
  options.gain = 1.26;
  const ppatch_array in = ptychopatch::array(from.data(), {1, 4});
  const ppatch_array to = ptychopatch::array(out.data(), {1, 4});
  ptychopatch::check(ppatch_image_shift(context_.get(), &in, shift, &options, &to));
  EXPECT_EQ(out, (std::vector<std::uint16_t>{0, 13, 65535, 50400}));
}

}  // namespace
