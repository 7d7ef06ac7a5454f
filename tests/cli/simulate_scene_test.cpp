// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "commands/simulate/mosaic_scene.hpp"
#include "commands/simulate/random.hpp"
#include "oracle/seed.hpp"

namespace {

using namespace ptychopatch::simulate;  // NOLINT(google-build-using-namespace)
using Complex = std::complex<double>;

TEST(Fourier, IsTheSumThatDefinesIt) {
  SCOPED_TRACE(seed_note());
  ptychopatch::simulate::Random generator(test_seed(), 0);
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 8}, {16, 1}, {8, 4}, {4, 32}}) {
    std::vector<Complex> values(static_cast<std::size_t>(height * width));
    for (Complex& value : values) value = {generator.uniform(-1, 1), generator.uniform(-1, 1)};
    std::vector<Complex> result = values;
    inverse_transform(result, height, width);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        Complex sum = 0;
        for (int k = 0; k < height; ++k) {
          for (int l = 0; l < width; ++l) {
            const double turns =
                static_cast<double>(k * y) / height + static_cast<double>(l * x) / width;
            const int place = k * width + l;
            sum += values[static_cast<std::size_t>(place)] *
                   std::polar(1.0, 2 * std::numbers::pi * turns);
          }
        }
        EXPECT_LT(std::abs(result[static_cast<std::size_t>(y * width + x)] - sum), 1e-12);
      }
    }
  }
}

TEST(Gaussian, HasItsMoments) {
  SCOPED_TRACE(seed_note());
  Gaussian gaussian(test_seed(), 1);
  constexpr int sample_count = 200000;
  double sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < sample_count; ++i) {
    const double value = gaussian.next();
    sum += value;
    squares += value * value;
    fourths += value * value * value * value;
  }
  // Six of their own standard errors.
  EXPECT_NEAR(sum / sample_count, 0, 6 / std::sqrt(sample_count));
  EXPECT_NEAR(squares / sample_count, 1, 6 * std::sqrt(2.0 / sample_count));
  EXPECT_NEAR(fourths / sample_count, 3, 6 * std::sqrt(96.0 / sample_count));
}

class RandomFieldTest : public testing::Test {
 protected:
  static constexpr std::int64_t image_height = 64, image_width = 128;
  testing::ScopedTrace trace_{__FILE__, __LINE__, seed_note()};
  RandomField field_{image_height, image_width, test_seed(), 9};
};

TEST_F(RandomFieldTest, UnitVarianceAndNoMean) {
  for (const auto& values : {field_.sampled(0, 0), field_.sampled(1.3, -0.4)}) {
    double real = 0, imaginary = 0;
    Complex sum = 0;
    for (const Complex& value : values) {
      real += value.real() * value.real();
      imaginary += value.imag() * value.imag();
      sum += value;
    }
    const auto count = static_cast<double>(values.size());
    EXPECT_NEAR(real / count, 1, 0.02);
    EXPECT_NEAR(imaginary / count, 1, 0.02);
    EXPECT_LT(std::abs(sum) / count, 0.02);
  }
}

// One bright place at (y, x) of the unshifted field is at (y - dy, x - dx) of the shifted one.
TEST_F(RandomFieldTest, WholeShiftsMoveIt) {
  const auto still = field_.sampled(0, 0), moved = field_.sampled(3, -5);
  for (std::int64_t y = 0; y < image_height; ++y) {
    for (std::int64_t x = 0; x < image_width; ++x) {
      const std::int64_t from_y = (y + 3) % image_height,
                         from_x = (x - 5 + image_width) % image_width;
      const Complex want = still[static_cast<std::size_t>(from_y * image_width + from_x)];
      ASSERT_LT(std::abs(moved[static_cast<std::size_t>(y * image_width + x)] - want), 1e-9);
    }
  }
}

// The photograph's shift is the one that registers it onto an unshifted one.
TEST(MosaicScene, ShiftRegisters) {
  SCOPED_TRACE(seed_note());
  Sensor sensor;
  sensor.height = 40;
  sensor.width = 52;
  sensor.cfa = *ptychopatch::mosaics::parse_cfa("GRBG");
  sensor.shot = sensor.read = 0;
  const MosaicScene scene(sensor, 8, test_seed());
  const auto reference = scene.photograph({0, 0}, 1, 100, 0);
  const auto image = scene.photograph({4, -6}, 1, 100, 1);
  // R[y, x] = M[y - dy, x - dx]: even shifts keep colours.
  for (std::int64_t y = 4; y < 40; ++y) {
    for (std::int64_t x = 0; x < 52 - 6; ++x) {
      ASSERT_NEAR(reference[static_cast<std::size_t>(y * 52 + x)],
                  image[static_cast<std::size_t>((y - 4) * 52 + x + 6)], 1);
    }
  }
}

TEST(MosaicScene, NoisePatternAndHotPixels) {
  SCOPED_TRACE(seed_note());
  Sensor sensor;
  sensor.height = 128;
  sensor.width = 128;
  sensor.cfa = ptychopatch::mosaics::xtrans();
  sensor.shot = 0;
  sensor.read = 0.02;
  const double unit = (sensor.white - sensor.black) / full_signal;
  const auto difference = [&](const Sensor& with) {
    const MosaicScene scene(with, 1, test_seed());
    const auto first = scene.photograph({0, 0}, 1, 100, 0);
    const auto second = scene.photograph({0, 0}, 1, 100, 1);
    double sum = 0;
    for (std::size_t i = 0; i < first.size(); ++i) {
      const double each = (first[i] - second[i]) / unit;
      sum += each * each;
    }
    return std::sqrt(sum / static_cast<double>(first.size()));
  };
  const double limit = 6 * 0.02 * std::sqrt(2.0) / std::sqrt(2.0 * 128 * 128);
  EXPECT_NEAR(difference(sensor), 0.02 * std::sqrt(2.0), limit);
  // What belongs to the sensor is the same in both.
  Sensor bad = sensor;
  bad.fixed_pattern = 0.05;
  bad.hot_pixels = 1e-3;
  EXPECT_NEAR(difference(bad), 0.02 * std::sqrt(2.0), 2 * limit);
  const auto clean = MosaicScene(sensor, 1, test_seed()).photograph({0, 0}, 1, 100, 0);
  const auto marked = MosaicScene(bad, 1, test_seed()).photograph({0, 0}, 1, 100, 0);
  std::size_t hot = 0;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    // Five sigmas of both patterns together.
    hot += (marked[i] - clean[i]) / unit > 0.36 ? 1 : 0;
  }
  EXPECT_GT(hot, 4u);
  EXPECT_LT(hot, 24u);
}

}  // namespace
