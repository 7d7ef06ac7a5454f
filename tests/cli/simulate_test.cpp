// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "commands/simulate/probe.hpp"
#include "commands/simulate/random.hpp"
#include "commands/simulate/scan_path.hpp"
#include "commands/simulate/specimen.hpp"

namespace {

using namespace ptychopatch::simulate;  // NOLINT(google-build-using-namespace)

TEST(Random, IsSplitMix64) {
  // The generator's published first outputs for the seed 1234567.
  Random random(1234567, 0);
  for (const std::uint64_t expected :
       {6457827717110365317u, 3203168211198807973u, 9817491932198370423u, 4593380528125082431u,
        16408922859458223821u}) {
    EXPECT_EQ(random.next(), expected);
  }
  Random other(1234567, 1);
  EXPECT_NE(other.next(), 6457827717110365317u);
  for (int i = 0; i < 1000; ++i) {
    const double value = other.uniform();
    EXPECT_GE(value, 0);
    EXPECT_LT(value, 1);
  }
}

TEST(Probe, IsRoundAndOfTheSizeAskedFor) {
  constexpr std::int64_t image_size = 64;
  const auto probe = defocused_probe(image_size, 28);
  ASSERT_EQ(probe.size(), static_cast<std::size_t>(image_size * image_size));
  const auto at = [&](std::int64_t dy, std::int64_t dx) {
    return probe[static_cast<std::size_t>((image_size / 2 + dy) * image_size + image_size / 2 +
                                          dx)];
  };
  double largest = 0, inside = 0, all = 0;
  for (std::int64_t dy = -31; dy <= 31; ++dy) {
    for (std::int64_t dx = -31; dx <= 31; ++dx) {
      EXPECT_EQ(at(dy, dx), at(dx, dy));
      EXPECT_EQ(at(dy, dx), at(-dy, dx));
      largest = std::max(largest, std::abs(at(dy, dx)));
      all += std::norm(at(dy, dx));
      if (dy * dy + dx * dx <= 15 * 15) inside += std::norm(at(dy, dx));
    }
  }
  EXPECT_NEAR(largest, 1, 1e-12);
  EXPECT_GT(inside / all, 0.85) << "most of the light is in the geometric shadow";
  // On the axis the integral is elementary: |U| = |sin(u / 4)| / (u / 4), nothing at Fresnel
  // number 4, where u / 4 = 2 pi.
  EXPECT_LT(std::abs(at(0, 0)), 1e-6);
}

TEST(ScanPath, RasterStepsAndOrder) {
  const Field field{10, 20, 40, 61};
  const auto positions = path_by_step(PathKind::raster, field, 10, 0);
  ASSERT_EQ(positions.size(), 4u * 5u);
  EXPECT_EQ(positions[0].y, 10);
  EXPECT_EQ(positions[0].x, 20.5);
  EXPECT_EQ(positions[1].x, 30.5);
  EXPECT_EQ(positions[5].y, 20);
}

TEST(ScanPath, EveryKindStaysInTheFieldAndIsRepeatable) {
  const Field field{32, 16, 200.5, 90};
  for (const PathKind kind : {PathKind::raster, PathKind::raster_jittered, PathKind::fermat}) {
    for (const std::int64_t count : {1, 2, 7, 500, 1001}) {
      const auto positions = path_by_count(kind, field, count, 3);
      ASSERT_EQ(positions.size(), static_cast<std::size_t>(count));
      for (const Position& position : positions) EXPECT_TRUE(field.contains(position));
    }
    const auto a = path_by_step(kind, field, 5, 1), b = path_by_step(kind, field, 5, 1);
    const auto c = path_by_step(kind, field, 5, 2);
    ASSERT_EQ(a.size(), b.size());
    const auto same = [](const Position& p, const Position& q) { return p.y == q.y && p.x == q.x; };
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), same));
    const bool seeded = kind == PathKind::raster_jittered;
    EXPECT_EQ(std::equal(a.begin(), a.end(), c.begin(), c.end(), same), !seeded);
    const double expected = field.height() * field.width() / 25;
    EXPECT_NEAR(static_cast<double>(a.size()), expected, 0.15 * expected);
  }
}

TEST(Specimen, IsPassiveAndSeeded) {
  const Specimen one(96, 128, 5), same(96, 128, 5), other(96, 128, 6);
  bool differs = false;
  for (std::int64_t y = 0; y < 96; y += 5) {
    for (std::int64_t x = 0; x < 128; x += 5) {
      EXPECT_LE(std::abs(one.pixel(y, x)), 1.0);
      EXPECT_GT(std::abs(one.pixel(y, x)), 0.0);
      EXPECT_EQ(one.pixel(y, x), same.pixel(y, x));
      differs = differs || one.pixel(y, x) != other.pixel(y, x);
    }
  }
  EXPECT_TRUE(differs);
}

TEST(Specimen, TheStarHasSpokes) {
  constexpr std::int64_t side = 256;
  const Specimen specimen(side, side, 0);
  int changes = 0;
  bool last = false;
  for (int i = 0; i <= 7200; ++i) {
    const double angle = i * 2 * M_PI / 7200;
    const double radius = 0.6 * 0.27 * side;
    const bool metal = std::abs(specimen.pixel(std::lround(128 + radius * std::sin(angle)),
                                               std::lround(128 + radius * std::cos(angle)))) < 0.65;
    if (i > 0 && metal != last) ++changes;
    last = metal;
  }
  EXPECT_EQ(changes, 2 * 36);
}

}  // namespace
