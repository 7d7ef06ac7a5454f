// SPDX-License-Identifier: Apache-2.0
//
// Gain, loss, mask, mosaics and resampling against their definitions.
#include <gtest/gtest.h>

#include <cmath>

#include "oracle/registration/registration.hpp"
#include "registration/support/pairs.hpp"

namespace {

oracle::Stack draw_stack(Random& random, std::int64_t c, std::int64_t h, std::int64_t w) {
  oracle::Stack stack{c, h, w, {}};
  std::uniform_real_distribution<double> uniform(-0.05, 1.0);
  for (std::int64_t i = 0; i < c * h * w; ++i) stack.values.push_back(uniform(random));
  return stack;
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

// What a gamma is told apart by: all magnitudes, zero, negatives, and what is no finite number.
TEST_F(Pairs, MasksTakeEveryNumber) {
  std::vector<double> values = {0.0, -0.0, -1.0, INFINITY, -INFINITY, NAN, 1.0, 5e-324, 1e-310};
  std::uniform_real_distribution<double> exponent(-700.0, 700.0);
  while (values.size() < 500) values.push_back(std::exp(exponent(random_)));
  const auto expect_told = [&](auto value) {
    using Value = decltype(value);
    // Alone in its image, it is kept where the difference is at most the threshold.
    const auto number = static_cast<double>(value);
    const double expected = number > 0.0 ? std::pow(number, 1.0 / 2.2) : std::abs(number);
    for (const double factor : {1.0 - 1e-6, 1.0 + 1e-6}) {
      std::uint8_t mask[25];
      std::fill(mask, mask + 25, std::uint8_t{77});
      const std::vector<Value> anchor(25, value), target(25, Value{0});
      ppatch_mask_options options = ptychopatch::mask_options();
      options.gain = 1.0;
      options.threshold = factor * expected;
      if (!(options.threshold > 1e-37 && options.threshold < 1e37)) continue;
      const ppatch_array a = ptychopatch::array(anchor.data(), {5, 5});
      const ppatch_array t = ptychopatch::array(target.data(), {5, 5});
      const double mean = pair_mask(context_, a, t, ptychopatch::array(mask, {5, 5}), options);
      EXPECT_EQ(mean, factor < 1.0 ? 0.0 : 21.0 / 25.0) << value;
    }
  };
  for (const double value : values) {
    expect_told(value);
    expect_told(static_cast<float>(value));
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
