// SPDX-License-Identifier: Apache-2.0
#include "pictures/picture.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "pictures/colour.hpp"
#include "pictures/plane.hpp"

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

TEST(Picture, MontagePlacesCellsInRows) {
  const Rgb red = {255, 0, 0}, green = {0, 255, 0}, blue = {0, 0, 255}, paper = {9, 9, 9};
  const Picture whole =
      montage({Picture(2, 3, red), Picture(2, 3, green), Picture(1, 1, blue)}, 2, 1, paper);
  EXPECT_EQ(whole.height(), 1 + 2 * 3);
  EXPECT_EQ(whole.width(), 1 + 2 * 4);
  EXPECT_EQ(whole.at(1, 1), red);
  EXPECT_EQ(whole.at(2, 3), red);
  EXPECT_EQ(whole.at(1, 4), paper);
  EXPECT_EQ(whole.at(1, 5), green);
  EXPECT_EQ(whole.at(3, 1), paper);
  EXPECT_EQ(whole.at(4, 1), blue);
  EXPECT_EQ(whole.at(4, 2), paper);
}

TEST(Picture, DiscsAreWhereTheyShouldBe) {
  Picture picture(9, 9);
  picture.draw_disc(4, 5, 1.2, {255, 255, 255}, 1);
  EXPECT_EQ(picture.at(4, 5), (Rgb{255, 255, 255}));
  EXPECT_EQ(picture.at(4, 8), (Rgb{0, 0, 0}));
  EXPECT_EQ(picture.at(4, 4), picture.at(4, 6));
  EXPECT_EQ(picture.at(3, 5), picture.at(5, 5));
  // Outside, at the rim and nowhere at all: no pixel but its own.
  for (const double far : {-50.0, 1e300, -1e300, static_cast<double>(NAN)}) {
    Picture other(3, 3);
    other.draw_disc(far, 1, 2, {255, 255, 255}, 1);
    EXPECT_EQ(other.at(1, 1), (Rgb{0, 0, 0})) << far;
  }
  Picture corner(3, 3);
  corner.draw_disc(-0.5, 2.5, 1, {255, 255, 255}, 1);
  EXPECT_NE(corner.at(0, 2), (Rgb{0, 0, 0}));
}

TEST(Picture, EnlargedRepeatsPixels) {
  Picture picture(1, 2);
  picture.set(0, 1, {1, 2, 3});
  const Picture large = picture.enlarged(3);
  EXPECT_EQ(large.height(), 3);
  EXPECT_EQ(large.width(), 6);
  EXPECT_EQ(large.at(2, 2), (Rgb{0, 0, 0}));
  EXPECT_EQ(large.at(0, 3), (Rgb{1, 2, 3}));
}

TEST(Plane, TakesStridedElements) {
  Tensor tensor = Tensor::make(PPATCH_F32, {4, 3}, "test");
  for (int i = 0; i < 12; ++i) tensor.as<float>()[i] = static_cast<float>(i);
  const Plane plane = plane_of(tensor, 1, 2, 2, 3);  // the second column as 2 x 2
  EXPECT_FALSE(plane.complex);
  EXPECT_EQ(plane.at(0, 0).real(), 1);
  EXPECT_EQ(plane.at(0, 1).real(), 4);
  EXPECT_EQ(plane.at(1, 1).real(), 10);
  const Plane small = shrunk(plane_of(tensor, 0, 4, 3), 2);
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

}  // namespace
