// SPDX-License-Identifier: Apache-2.0
//
// The oracle against what can be known without it: closed forms, tables and finite differences.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "oracle/patches/gradient.hpp"
#include "oracle/patches/layout.hpp"
#include "oracle/patches/line.hpp"
#include "oracle/patches/patches.hpp"
#include "oracle/patches/taps.hpp"
#include "oracle/seed.hpp"

namespace {

using oracle::Complex;

constexpr ppatch_interpolation all[] = {PPATCH_INTERPOLATION_BILINEAR, PPATCH_INTERPOLATION_NEAREST,
                                        PPATCH_INTERPOLATION_BICUBIC,
                                        PPATCH_INTERPOLATION_LANCZOS3};

TEST(Taps, SumToOneAndTheirSlopesToZero) {
  Random random = test_random("taps");
  for (ppatch_interpolation interpolation : all) {
    for (int i = 0; i < 200; ++i) {
      const double f = i == 0 ? 0 : std::uniform_real_distribution<double>(0, 1)(random);
      double sum = 0;
      double slopes = 0;
      for (const oracle::Tap& tap : oracle::taps(interpolation, f)) {
        sum += tap.weight;
        slopes += tap.slope;
      }
      EXPECT_NEAR(sum, 1, 1e-15) << interpolation << " " << f;
      EXPECT_NEAR(slopes, 0, 1e-14) << interpolation << " " << f;
    }
  }
}

TEST(Taps, SlopesAreFiniteDifferences) {
  Random random = test_random("slopes");
  const double step = 1e-6;
  for (ppatch_interpolation interpolation : all) {
    for (int i = 0; i < 200; ++i) {
      const double f = std::uniform_real_distribution<double>(0.01, 0.99)(random);
      if (interpolation == PPATCH_INTERPOLATION_NEAREST && std::fabs(f - 0.5) < 0.01) continue;
      const auto here = oracle::taps(interpolation, f);
      const auto before = oracle::taps(interpolation, f - step);
      const auto after = oracle::taps(interpolation, f + step);
      for (std::size_t t = 0; t < here.size(); ++t) {
        EXPECT_NEAR(here[t].slope, (after[t].weight - before[t].weight) / (2 * step), 1e-8)
            << interpolation << " " << f << " tap " << t;
      }
    }
  }
}

TEST(Taps, SlopesAtIntegersAreFromTheRight) {
  const double step = 1e-7;
  for (ppatch_interpolation interpolation : all) {
    const auto here = oracle::taps(interpolation, 0);
    const auto after = oracle::taps(interpolation, step);
    for (std::size_t t = 0; t < here.size(); ++t) {
      EXPECT_EQ(here[t].weight, here[t].offset == 0 ? 1 : 0) << interpolation;
      EXPECT_NEAR(here[t].slope, (after[t].weight - here[t].weight) / step, 1e-6) << interpolation;
    }
  }
}

TEST(Taps, KeysRepeatsQuadratics) {
  for (double f : {0.0, 0.125, 0.5, 0.7, 0.999}) {
    double sum = 0;
    for (const oracle::Tap& tap : oracle::taps(PPATCH_INTERPOLATION_BICUBIC, f)) {
      sum += tap.weight * (3.0 * tap.offset * tap.offset - 2.0 * tap.offset + 1);
    }
    EXPECT_NEAR(sum, 3 * f * f - 2 * f + 1, 1e-14);
  }
}

TEST(Taps, LanczosIsSymmetricAboutTheMiddle) {
  const auto middle = oracle::taps(PPATCH_INTERPOLATION_LANCZOS3, 0.5);
  ASSERT_EQ(middle.size(), 6U);
  for (int t = 0; t < 3; ++t) EXPECT_NEAR(middle[t].weight, middle[5 - t].weight, 1e-16);
  // sinc(1/2) sinc(1/6) : sinc(3/2) sinc(1/2), before normalisation
  EXPECT_NEAR(middle[1].weight / middle[2].weight, -(1.0 / 3) / 1.5, 1e-14);
}

TEST(Boundary, TablesOfTheExtension) {
  const auto row = [](ppatch_boundary boundary, std::int64_t n) {
    std::string text;
    for (std::int64_t i = -7; i < 10; ++i) {
      const std::int64_t s = oracle::extended(boundary, i, n);
      text += s == oracle::outside_index ? '.' : static_cast<char>('a' + s);
    }
    return text;
  };
  EXPECT_EQ(row(PPATCH_BOUNDARY_ZERO, 4), ".......abcd......");
  EXPECT_EQ(row(PPATCH_BOUNDARY_CONSTANT, 4), ".......abcd......");
  EXPECT_EQ(row(PPATCH_BOUNDARY_EDGE, 4), "aaaaaaaabcddddddd");
  EXPECT_EQ(row(PPATCH_BOUNDARY_REFLECT, 4), "babcdcbabcdcbabcd");
  EXPECT_EQ(row(PPATCH_BOUNDARY_WRAP, 4), "bcdabcdabcdabcdab");
  EXPECT_EQ(row(PPATCH_BOUNDARY_REFLECT, 2), "babababababababab");
  EXPECT_EQ(row(PPATCH_BOUNDARY_REFLECT, 1), std::string(17, 'a'));
  EXPECT_EQ(row(PPATCH_BOUNDARY_WRAP, 1), std::string(17, 'a'));
}

TEST(Layout, ChannelLastPutsTheMemberLast) {
  const oracle::Layout layout{PPATCH_LAYOUT_CHANNEL_LAST, 0, 4, 2, 0, 1, 3};
  EXPECT_EQ(oracle::shape(layout), (std::vector<std::int64_t>{2, 1, 3, 2}));
  EXPECT_EQ(oracle::order(layout),
            (std::vector<std::int64_t>{0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11}));
}

TEST(Coordinate, KeepsWhatOneNumberWouldLose) {
  const oracle::Coordinate c = oracle::coordinate(900000000, -1e-15);
  EXPECT_EQ(c.integer, 899999999);
  EXPECT_NEAR(static_cast<double>(1 - c.fraction), 1e-15, 1e-18);
  const oracle::Coordinate n = oracle::negated(oracle::coordinate(3, 0.25));
  EXPECT_EQ(n.integer, -4);
  EXPECT_EQ(n.fraction, 0.75L);
}

// The gradient of Re <G, P(p)> by finite differences of extract, at places without kinks.
TEST(Gradient, IsTheFiniteDifferenceOfExtract) {
  Random random = test_random("gradient");
  std::uniform_real_distribution<double> unit(-1, 1);
  const double step = 1e-5;
  for (int run = 0; run < 120; ++run) {
    oracle::Scan scan{};
    scan.options.patch_height = 3;
    scan.options.patch_width = 2;
    scan.options.interpolation = all[run % 4];
    scan.options.boundary = run % 5;
    scan.options.axes = run % 2;
    scan.options.sign = (run / 2) % 2;
    scan.options.constant_real = 0.3;
    scan.images = 1;
    scan.height = 5;
    scan.width = 4;
    oracle::Values image(20);
    oracle::Values cotangent(6);
    for (Complex& v : image) v = {unit(random), unit(random)};
    for (Complex& v : cotangent) v = {unit(random), unit(random)};
    const auto place = [&] { return std::floor(6 * unit(random)) + 0.3 + 0.1 * unit(random); };
    const double p[2] = {place(), place()};
    const auto extract_at = [&](double d0, double d1) {
      scan.positions = {{oracle::coordinate(0, p[0] + d0), oracle::coordinate(0, p[1] + d1)}};
      return oracle::extract(scan, image);
    };
    for (int column = 0; column < 2; ++column) {
      const double d0 = column == 0 ? step : 0;
      const double d1 = column == 1 ? step : 0;
      const oracle::Values after = extract_at(d0, d1);
      const oracle::Values before = extract_at(-d0, -d1);
      double slope = 0;
      double square = 0;
      for (std::size_t i = 0; i < after.size(); ++i) {
        const Complex change = (after[i] - before[i]) / (2 * step);
        slope += (std::conj(cotangent[i]) * change).real();
        square += std::norm(change);
      }
      extract_at(0, 0);
      const oracle::Gradient g = oracle::position_gradient(scan, image, cotangent);
      EXPECT_NEAR(g.gradient[column], slope, 1e-7) << seed_note() << " run " << run;
      EXPECT_NEAR(g.curvature[column], square, 1e-6) << seed_note() << " run " << run;
    }
  }
}

}  // namespace
