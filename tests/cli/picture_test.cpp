// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "pictures/colour.hpp"
#include "pictures/panel.hpp"
#include "pictures/ticks.hpp"

namespace {

using namespace ptychopatch::pictures;  // NOLINT(google-build-using-namespace)
using ptychopatch::formats::Tensor;

double brightness(Rgb c) { return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]; }

TEST(Colour, GreysAndWhite) {
  EXPECT_EQ(from_oklch(0, 0, 0), (Rgb{0, 0, 0}));
  EXPECT_EQ(from_oklch(1, 0, 0), (Rgb{255, 255, 255}));
  const Rgb grey = from_oklch(0.5, 0, 0);
  EXPECT_EQ(grey[0], grey[1]);
  EXPECT_EQ(grey[1], grey[2]);
}

TEST(Colour, ColoursThatNoScreenHasKeepTheirLightness) {
  for (int hue = 0; hue < 360; hue += 15) {
    const Rgb strong = from_oklch(0.7, 9, hue * std::numbers::pi / 180);
    EXPECT_GT(brightness(strong), 70) << hue;
    EXPECT_LT(brightness(strong), 220) << hue;
  }
}

TEST(Colour, AmplitudeIsBrightnessAndPhaseIsHue) {
  for (int hue = 0; hue < 12; ++hue) {
    double last = -1;
    for (int level = 0; level <= 10; ++level) {
      const double now = brightness(phase_colour(std::polar(0.1 * level, 0.5 * hue)));
      EXPECT_GT(now, last) << hue << ' ' << level;
      last = now;
    }
  }
  const double eighth = std::numbers::pi / 4;
  for (int i = 0; i < 8; ++i) {
    const Rgb a = phase_colour(std::polar(1.0, i * eighth));
    for (int j = 0; j < i; ++j) {
      const Rgb b = phase_colour(std::polar(1.0, j * eighth));
      const int distance = std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]);
      EXPECT_GT(distance, 40) << i << ' ' << j;
    }
  }
  EXPECT_EQ(phase_colour(std::polar(1.0, -0.001)), phase_colour(std::polar(1.0, 0.001)));
  EXPECT_EQ(phase_colour({NAN, 0}), (Rgb{255, 255, 255}));
}

TEST(Colour, TheSequentialScaleGrowsBrighterEvenly) {
  double last = brightness(sequential_colour(0)) - 1;
  for (int i = 0; i <= 64; ++i) {
    const double now = brightness(sequential_colour(i / 64.0));
    EXPECT_GT(now, last - 0.5) << i;
    last = now;
  }
  EXPECT_LT(brightness(sequential_colour(-3)), 30);
  EXPECT_GT(brightness(sequential_colour(3)), 220);
}

TEST(Plane, TakesStridedElements) {
  Tensor tensor = Tensor::make(PPATCH_F32, {4, 3}, "test");
  for (int i = 0; i < 12; ++i) tensor.as<float>()[i] = static_cast<float>(i);
  const Plane plane = plane_of(tensor, 1, 2, 2, 3);  // the second column as 2 x 2
  EXPECT_FALSE(plane.complex);
  EXPECT_EQ(plane.at(0, 0).real(), 1);
  EXPECT_EQ(plane.at(0, 1).real(), 4);
  EXPECT_EQ(plane.at(1, 1).real(), 10);
  const Plane small = shrunk(plane_of(tensor, 0, 4, 3), 2, 2);
  EXPECT_EQ(small.height, 2);
  EXPECT_EQ(small.width, 1);
  EXPECT_EQ(small.at(0, 0).real(), 2);  // mean of 0, 1, 3, 4
}

TEST(Plane, ScaleBrushesHotPixelsAside) {
  Plane plane{20, 20, true, std::vector<std::complex<float>>(400, {0, 1})};
  plane.values[7] = 1000;
  plane.values[8] = NAN;
  EXPECT_EQ(scale_of(plane).high, 1);
  Plane flat{2, 2, false, std::vector<std::complex<float>>(4, 5)};
  const Scale scale = scale_of(flat);
  EXPECT_GT(scale.high, scale.low);
  const Plane nothing{0, 0, false, {}};
  EXPECT_GT(scale_of(nothing).high, scale_of(nothing).low);
}

TEST(View, PixelsLieWhereTheyAreDrawn) {
  const Plane plane{3, 5, false, std::vector<std::complex<float>>(15)};
  const View large(plane, 100, 20);  // 4 x 4 pixels for each
  EXPECT_EQ(large.height(), 12);
  EXPECT_EQ(large.width(), 20);
  EXPECT_EQ(large.place(2, 1).y, 10);
  EXPECT_EQ(large.place(2, 1).x, 6);
  const View small(plane, 3, 1);  // means over 2 x 2
  EXPECT_EQ(small.height(), 1);
  EXPECT_EQ(small.width(), 2);
  EXPECT_EQ(small.place(0.5, 2.5).y, 0.5);
  EXPECT_EQ(small.place(0.5, 2.5).x, 1.5);
}

TEST(View, ALongStripKeepsItsShortSide) {
  const Plane strip{1, 70'000, false, std::vector<std::complex<float>>(70'000, 3)};
  const View view(strip, 1600, 640);
  EXPECT_EQ(view.height(), 1);
  EXPECT_LE(view.width(), 1600);
  EXPECT_EQ(view.plane.at(0, view.plane.width - 1), std::complex<float>(3));
}

TEST(Ticks, AreRoundAndWithin) {
  const std::vector<double> tenths = round_ticks(-0.31, 0.31, 8);
  ASSERT_EQ(tenths.size(), 7U);
  for (int i = 0; i < 7; ++i)
    EXPECT_NEAR(tenths[static_cast<std::size_t>(i)], 0.1 * (i - 3), 1e-15);
  EXPECT_EQ(round_ticks(0, 255, 5), (std::vector<double>{0, 100, 200}));
  EXPECT_EQ(round_ticks(0, 3, 20, true), (std::vector<double>{0, 1, 2, 3}));
  EXPECT_EQ(round_ticks(7, 7, 5), std::vector<double>{7});
  for (const double low : {1e30, -1e30, 1e-30, -3.4e38}) {
    EXPECT_LE(round_ticks(low, low + std::abs(low) * 1e-7, 5).size(), 11U) << low;
  }
  EXPECT_EQ(short_text(3 * 0.1), "0.3");
  EXPECT_EQ(grouped(-1234567), "-1\u202f234\u202f567");
  EXPECT_EQ(grouped(-123), "-123");
}

}  // namespace
